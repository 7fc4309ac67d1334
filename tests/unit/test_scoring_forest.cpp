// SPDX-License-Identifier: Apache-2.0
#include "scoring/forest.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "scoring/encoder.h"
#include "scoring/random.h"
#include "scoring/trees.h"
#include "tests/support/row_reader.h"
#include "tests/support/tree_library.h"

using namespace upselld::scoring;
using upselld::tests::asked_of_library;
using upselld::tests::grown_by_library;
using upselld::tests::reader_of;

namespace {

struct Sample {
  Matrix rows;
  std::vector<std::uint8_t> positive;
  std::vector<FeatureColumn> columns;
};

// Numbers, some rarely known and some with few values, and a category. Outcomes that hang on little
// of it make trees that split on anything.
Sample random_sample(Random& random) {
  const std::size_t width = 2 + static_cast<std::size_t>(random.share() * 10);
  const std::size_t count = 400 + static_cast<std::size_t>(random.share() * 800);
  Sample sample;
  sample.rows.width = width + 1;
  std::vector<double> missing, steps;
  for (std::size_t j = 0; j < width; ++j) {
    missing.push_back(random.share() < 0.5 ? 0 : random.share());
    steps.push_back(random.share() < 0.5 ? 1e6 : 3);
    sample.columns.push_back({"f" + std::to_string(j), false, {}});
  }
  sample.columns.push_back({"region", true, {"north", "south", "west"}});
  for (std::size_t i = 0; i < count; ++i) {
    double odds = -0.5;
    for (std::size_t j = 0; j < width; ++j) {
      const double value = std::floor(random.share() * steps[j]) / steps[j];
      const bool is_missing = random.share() < missing[j];
      sample.rows.values.push_back(is_missing ? NAN : static_cast<float>(value));
      if (j < 2) odds += is_missing ? 0.5 : value - 0.5;
    }
    const double region = std::floor(random.share() * 5);  // 0 is unseen, 4 missing
    sample.rows.values.push_back(region == 4 ? NAN : static_cast<float>(region));
    odds += region == 1 ? 1 : 0;
    sample.positive.push_back(random.share() < 1 / (1 + std::exp(-odds)) ? 1 : 0);
  }
  return sample;
}

// The rows as the trees see them: a column for each level of a category.
Matrix encoded(const Sample& sample, const Encoder& encoder) {
  Matrix inputs;
  inputs.width = encoder.trees.size();
  inputs.values.resize(sample.positive.size() * inputs.width);
  for (std::size_t i = 0; i < sample.positive.size(); ++i) {
    encoder.encode_trees(sample.rows.row(i),
                         std::span(inputs.values).subspan(i * inputs.width, inputs.width));
  }
  return inputs;
}

void check_against_library(const std::string& json, const Matrix& inputs) {
  const auto forest = Forest::read(json);
  REQUIRE(forest);
  const auto margins = asked_of_library(json, inputs, 1);
  const auto contributions = asked_of_library(json, inputs, 2);
  double worst = 0, worst_sum = 0;
  for (std::size_t i = 0; i < inputs.rows(); ++i) {
    std::vector<double> own(inputs.width, 0.0);
    forest->add_contributions(inputs.row(i), own);
    const double margin = forest->margin(inputs.row(i));
    double sum = forest->base();
    for (std::size_t j = 0; j < inputs.width; ++j) {
      const auto theirs = static_cast<double>(contributions[i * (inputs.width + 1) + j]);
      worst = std::max(worst, std::abs(own[j] - theirs));
      sum += own[j];
    }
    worst = std::max(worst, std::abs(margin - static_cast<double>(margins[i])));
    worst_sum = std::max(worst_sum, std::abs(sum - margin));
  }
  CHECK(worst < 1e-5);
  CHECK(worst_sum < 1e-9);
}

unsigned seed_of_run() {
  const char* given = std::getenv("UPSELLD_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20'261;
}

}  // namespace

TEST_CASE("forest: random ones agree with the library in margins and exact contributions") {
  const unsigned seed = seed_of_run();
  INFO("UPSELLD_TEST_SEED=" << seed);
  Random random(seed);
  for (int run = 0; run < 12; ++run) {
    INFO("forest " << run);
    const Sample sample = random_sample(random);
    const Encoder encoder = make_encoder(sample.rows, sample.columns);
    const Matrix inputs = encoded(sample, encoder);
    LearnerSettings settings;
    settings.seed = static_cast<int>(random.share() * 1e6);
    settings.depth = 1 + run % 3;
    settings.rounds = 1 + static_cast<int>(random.share() * 30);
    settings.row_share = 0.3 + 0.7 * random.share();
    settings.column_share = 0.3 + 0.7 * random.share();
    settings.eta = 0.02 + 0.2 * random.share();
    const auto fitted = fit_trees(reader_of(inputs), sample.positive, encoder.tree_names(),
                                  settings, std::vector{settings.rounds});
    REQUIRE(fitted);
    const std::string& json = fitted->front();
    check_against_library(json, inputs);
    CHECK(json == grown_by_library(inputs, sample.positive, encoder.tree_names(), settings));
  }
}

TEST_CASE("trees: what is missing alone can make the difference") {
  Matrix rows;
  rows.width = 1;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 400; ++i) {
    rows.values.push_back(i % 2 == 0 ? NAN : static_cast<float>(i % 3));
    positive.push_back(i % 2 == 0 && i % 8 != 0 ? 1 : 0);
  }
  LearnerSettings settings;
  settings.rounds = 20;
  const auto json =
      fit_trees(reader_of(rows), positive, {"a"}, settings, std::vector{settings.rounds});
  REQUIRE(json);
  const auto forest = Forest::read(json->front());
  REQUIRE(forest);
  const double known = forest->margin(std::vector<float>{1});
  CHECK(forest->margin(std::vector<float>{NAN}) > known + 0.5);
}

TEST_CASE("forest: a tree without a split adds its leaf and explains nothing") {
  Matrix rows;
  rows.width = 1;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 100; ++i) {
    rows.values.push_back(1);
    positive.push_back(i % 4 == 0 ? 1 : 0);
  }
  LearnerSettings settings;
  settings.rounds = 3;
  const auto json =
      fit_trees(reader_of(rows), positive, {"same"}, settings, std::vector{settings.rounds});
  REQUIRE(json);
  check_against_library(json->front(), rows);
  const auto forest = Forest::read(json->front());
  REQUIRE(forest);
  std::vector<double> own(1, 0.0);
  forest->add_contributions(std::vector<float>{NAN}, own);
  CHECK(own[0] == 0);
  CHECK(forest->margin(std::vector<float>{NAN}) == Approx(forest->base()));
}
