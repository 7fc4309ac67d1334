// SPDX-License-Identifier: Apache-2.0
// Measures what bench/explain tells: see there. Prints one JSON document.
#include <xgboost/c_api.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/file_io.h"
#include "scoring/feature_pass.h"
#include "scoring/forest.h"
#include "scoring/random.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "scoring/trees.h"
#include "tests/support/upsell_world.h"

namespace {

using namespace upselld;
using namespace upselld::scoring;

constexpr std::size_t kColumns = 60;
constexpr std::size_t kRows = 20'000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_explain: {}\n", why);
  std::exit(2);
}
void must(int code) {
  if (code != 0) give_up(XGBGetLastError());
}

// Processor seconds of the process: what others take of the machine does not show in them.
template <typename Work>
double seconds_of(const Work& work) {
  timespec begin{}, end{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  work();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  return static_cast<double>(end.tv_sec - begin.tv_sec) +
         static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

struct Sample {
  Matrix rows;
  std::vector<std::uint8_t> positive;
  std::vector<std::string> names;
};

// A fifth of the values missing, every tenth column a category's level.
Sample make_sample() {
  Random random(7);
  Sample sample;
  sample.rows.width = kColumns;
  for (std::size_t j = 0; j < kColumns; ++j) sample.names.push_back(fmt::format("f{}", j));
  for (std::size_t i = 0; i < kRows; ++i) {
    double odds = -1.5;
    for (std::size_t j = 0; j < kColumns; ++j) {
      const double value = j % 10 == 9 ? std::floor(random.share() * 2) : random.share() * 4 - 2;
      const bool missing = j % 10 != 9 && random.share() < 0.2;
      sample.rows.values.push_back(missing ? NAN : static_cast<float>(value));
      if (!missing) odds += value / static_cast<double>(j + 1);
    }
    sample.positive.push_back(random.share() < 1 / (1 + std::exp(-odds)) ? 1 : 0);
  }
  return sample;
}

struct Contributions {
  double seconds = 0;
  std::vector<float> values;  // row after row, with the base last
};

// The library reads the tree file as anybody would.
Contributions by_library(const std::string& file, const Matrix& rows) {
  DMatrixHandle matrix = nullptr;
  BoosterHandle booster = nullptr;
  must(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.width, NAN, &matrix));
  must(XGBoosterCreate(nullptr, 0, &booster));
  must(XGBoosterLoadModel(booster, file.c_str()));
  must(XGBoosterSetParam(booster, "nthread", "1"));
  const char* config =
      R"({"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* found = nullptr;
  Contributions made;
  made.seconds = seconds_of([&] {
    must(XGBoosterPredictFromDMatrix(booster, matrix, config, &shape, &dimensions, &found));
  });
  made.values.assign(found, found + rows.rows() * (rows.width + 1));
  XGBoosterFree(booster);
  XGDMatrixFree(matrix);
  return made;
}

Contributions by_us(const Forest& forest, const Matrix& rows) {
  Contributions made;
  made.values.resize(rows.rows() * (rows.width + 1));
  std::vector<double> own(rows.width);
  made.seconds = seconds_of([&] {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      std::fill(own.begin(), own.end(), 0.0);
      forest.add_contributions(rows.row(i), own);
      float* to = made.values.data() + i * (rows.width + 1);
      for (const double one : own) *to++ = static_cast<float>(one);
      *to = static_cast<float>(forest.base());
    }
  });
  return made;
}

struct WholeRun {
  std::size_t accounts = 0;
  double features = 0, scored = 0, explained = 0;
};

// Every account of a made-up world: its features alone, scored, and scored with reasons.
WholeRun whole_run() {
  const test::UpsellWorld world({.accounts = 2'000, .periods = 14, .seed = 3});
  ScoringSettings settings = world.settings();
  settings.learner = LearnerSettings{};
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  if (!table) give_up(table.error().message);
  const auto training = train(world.source, *table, settings, world.now(), 2);
  if (!training) give_up(training.error().message);
  const auto model = Model::load(training->files);
  if (!model) give_up(model.error().message);
  WholeRun run;
  FeaturePass pass(*table, world.source.vocabulary(), settings,
                   {moment_now(world.now(), settings.zone)}, (*model)->dictionaries());
  float kept = 0;
  run.features = seconds_of([&] {
    for (const Timeline& account : world.source.accounts) {
      pass.open(account);
      kept += pass.row(0)[0];
    }
  });
  const auto score_all = [&](bool with_reasons) {
    run.accounts = 0;
    return seconds_of([&] {
      const auto done =
          score_accounts(world.source, *table, model->get(), settings, world.now(),
                         {1, with_reasons}, [&](const ScoredAccount&) { ++run.accounts; });
      if (!done) give_up(done.error().message);
    });
  };
  run.scored = score_all(false);
  run.explained = std::max(0.0, score_all(true) - run.scored);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) give_up("usage: bench_explain FILE (the trees are written there)");
  const Sample sample = make_sample();
  const RowReader rows_of{sample.rows.rows(), sample.rows.width,
                          [&](std::size_t i, std::span<float> out) {
                            std::copy_n(sample.rows.row(i).begin(), out.size(), out.begin());
                          }};
  const LearnerSettings settings;
  const auto fitted =
      fit_trees(rows_of, sample.positive, sample.names, settings, std::vector{settings.rounds});
  if (!fitted) give_up(fitted.error().message);
  const std::string& json = fitted->front();
  if (const auto written = write_file_atomically(argv[1], json, 0600); !written) {
    give_up(written.error().message);
  }
  const auto forest = Forest::read(json);
  if (!forest) give_up(forest.error().message);
  const Contributions ours = by_us(*forest, sample.rows);
  const Contributions theirs = by_library(argv[1], sample.rows);
  double worst = 0;
  for (std::size_t i = 0; i < ours.values.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(ours.values[i]) -
                                     static_cast<double>(theirs.values[i])));
  }
  const WholeRun run = whole_run();
  const auto rows = static_cast<double>(kRows);
  fmt::print(R"({{"rows":{},"columns":{},"trees":{},)", kRows, kColumns, forest->tree_count());
  fmt::print(R"("rows_per_second":{:.0f},"library_rows_per_second":{:.0f},"ratio":{:.1f},)",
             rows / ours.seconds, rows / theirs.seconds, theirs.seconds / ours.seconds);
  fmt::print(R"("worst_difference":{:.2g},"accounts":{},)", worst, run.accounts);
  fmt::print(R"("features_seconds":{:.4f},"explain_seconds":{:.4f}}})", run.features,
             run.explained);
  fmt::print("\n");
  return 0;
}
