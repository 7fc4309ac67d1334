// SPDX-License-Identifier: Apache-2.0
// Measures what `bench/scale --peers` tells: see there. Prints one JSON document.
#include <malloc.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/digest.h"
#include "daemon/account_cases.h"
#include "daemon/app.h"
#include "daemon/pipeline.h"
#include "scoring/choice.h"
#include "scoring/feature_pass.h"
#include "scoring/measures.h"
#include "scoring/parallel.h"
#include "scoring/survey.h"

namespace {

using namespace upselld;
using namespace upselld::scoring;

constexpr std::uint64_t kAccountKey = 0x7363616c65;  // "scale"
constexpr int kTrainingMonths[] = {3, 4, 5, 6, 7, 8};
constexpr int kYear = 2023, kScoredMonth = 10;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_scale: {}\n", why);
  std::exit(2);
}
template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

struct Cost {
  double seconds = 0, cpu_seconds = 0, peak_mib = 0;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double peak_mib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kib = 0;
  while (status >> word) {
    if (word == "VmHWM:") status >> kib;
  }
  return kib / 1024;
}

template <typename Work>
Cost cost_of(const Work& work) {
  // The high-water mark begins anew.
  std::ofstream("/proc/self/clear_refs") << "5" << std::flush;
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return {taken.count(), cpu_seconds() - cpu, peak_mib()};
}

// From the files into the durable store, as `upselld sync --pull-only` does.
void load(const daemon::Invocation& invocation) {
  const auto app = must(daemon::App::open(invocation, daemon::Access::write));
  daemon::CycleOptions options;
  options.pull_only = true;
  const auto report = must(daemon::run_cycle(*app, options));
  if (report.exit_code() != daemon::kDone) give_up(daemon::to_text(report));
}

// The store as commands read it, and the features that the settings name, alone.
struct Data {
  std::unique_ptr<daemon::App> app;
  std::unique_ptr<store::TimelineWalk> walk;
  ScoringSettings settings;
  FeatureTable table;
  Instant now;
};

Data open_data(const daemon::Invocation& invocation) {
  Data data;
  data.app = must(daemon::App::open(invocation, daemon::Access::read));
  const daemon::Link& link = data.app->links().front();
  data.settings = daemon::scoring_settings(data.app->settings(), *link.settings);
  data.walk = must(store::TimelineWalk::open(
      data.app->database_path(), {link.name(), link.attributes, data.app->settings().threads}));
  std::vector<std::string> names;
  for (const auto& learnt : data.app->settings().features.learn) names.push_back(learnt.name);
  data.table = must(FeatureTable::only(data.walk->vocabulary(), data.settings, names));
  data.now = data.app->now();
  return data;
}

// The accounts of one share, a row for each date.
struct ShareRows {
  struct Date {
    std::vector<float> values;
    std::vector<std::uint8_t> positive;
  };
  std::vector<std::string> accounts;
  std::vector<Date> dates;
};
using Rows = std::vector<ShareRows>;

// Every account, also those that never ordered: the peers have a row for each.
Rows rows_at(const Data& data, const std::vector<Day>& days) {
  const TimelineSource& source = *data.walk;
  std::vector<Moment> moments;
  for (const Day day : days) moments.push_back(moment_at_start_of(day, data.settings.zone));
  const Dictionaries none;
  Rows rows(source.share_count());
  std::vector<std::optional<FeaturePass>> passes(rows.size());
  const auto visit = [&](std::size_t s, const Timeline& timeline) {
    ShareRows& share = rows[s];
    if (!passes[s]) {
      passes[s].emplace(data.table, source.vocabulary(), data.settings, moments, none);
      share.dates.resize(days.size());
    }
    FeaturePass& pass = *passes[s];
    pass.open(timeline);
    share.accounts.push_back(timeline.account.id);
    for (std::size_t m = 0; m < moments.size(); ++m) {
      ShareRows::Date& date = share.dates[m];
      const Label label = label_of(timeline, pass.book(), pass.view(m), moments[m],
                                   source.vocabulary(), data.settings);
      const auto row = pass.row(m);
      date.values.insert(date.values.end(), row.begin(), row.end());
      date.positive.push_back(label.positive ? 1 : 0);
    }
  };
  const auto walked = walk_all(source, data.now, data.settings.threads, visit);
  if (!walked) give_up(walked.error().message);
  return rows;
}

// What the program would learn from: the rows of a share of the accounts, date after date. Here
// everything is known as soon as it happens.
TrainingRows rows_of(const Data& data, const Rows& rows, const std::vector<Day>& days,
                     double account_share) {
  const std::size_t width = data.table.size();
  TrainingRows drawn;
  for (std::uint32_t column = 0; column < width; ++column) drawn.columns.push_back(column);
  for (const Day day : days) drawn.dates.emplace_back().day = day;
  for (const ShareRows& share : rows) {
    for (std::size_t i = 0; i < share.accounts.size(); ++i) {
      const std::uint64_t hash = keyed_hash(kAccountKey, share.accounts[i]);
      if (static_cast<double>(hash >> 11) * 0x1.0p-53 >= account_share) continue;
      const auto account = static_cast<std::uint32_t>(drawn.accounts.size());
      drawn.accounts.push_back(share.accounts[i]);
      for (std::size_t d = 0; d < days.size(); ++d) {
        DateRows& date = drawn.dates[d];
        const auto row = std::span(share.dates[d].values).subspan(i * width, width);
        date.account.push_back(account);
        date.positive.push_back(share.dates[d].positive[i]);
        date.positive_known_at.push_back(data.settings.zone.start_of(days[d]));
        date.values.insert(date.values.end(), row.begin(), row.end());
      }
    }
  }
  return drawn;
}

// The recipe of the published model: settings chosen by the last three dates, each learnt from what
// had ended by then, and a fit of all. None: the chosen settings.
struct Learnt {
  Choice choice;
  Learner learner;
};
Learnt learn(const Data& data, const TrainingRows& rows, const std::optional<Choice>& chosen) {
  std::vector<FeatureColumn> columns;
  for (const std::string& name : data.table.names())
    columns.push_back({name, false, {}, Instant::missing()});
  const Lesson lesson = lesson_of(rows, {0, rows.dates.size()}, data.now);
  const unsigned threads = data.settings.threads;
  const LearnerKind most = built_in_choice(lesson);
  if (chosen) {
    return {*chosen,
            must(learner_of(must(fit_all(lesson, columns, most, data.settings.learner)), *chosen))};
  }
  std::set<std::size_t> newest;
  while (newest.size() < kDatesToChoose) newest.insert(rows.dates.size() - 1 - newest.size());
  TrainingFits fits = must(fit_training(rows, columns, newest, lesson, data.settings, threads));
  std::vector<const Candidates*> told;
  for (const auto& [date, one] : fits.tried) told.push_back(&one);
  const Choice choice = choose(rows, told, most, data.settings, data.now, threads);
  return {choice, must(learner_of(std::move(*fits.published), choice))};
}

std::vector<double> probabilities(const Data& data, const Learner& learner, const Rows& rows) {
  const std::size_t width = data.table.size();
  std::vector<std::vector<double>> parts(rows.size());
  for_each_index(rows.size(), data.settings.threads, [&](std::size_t s) {
    const std::vector<float>& values = rows[s].dates.front().values;
    for (std::size_t i = 0; i < rows[s].accounts.size(); ++i) {
      parts[s].push_back(sigmoid(learner.margin(std::span(values).subspan(i * width, width))));
    }
  });
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// For the comparison of every cell. Missing is empty.
void write_rows(const std::string& file, const Rows& rows, const std::vector<std::string>& names) {
  std::ofstream out(file);
  out << "account_id,date," << fmt::format("{}", fmt::join(names, ",")) << ",label\n";
  for (const ShareRows& share : rows) {
    for (std::size_t d = 0; d < share.dates.size(); ++d) {
      for (std::size_t i = 0; i < share.accounts.size(); ++i) {
        out << share.accounts[i] << ',' << d;
        for (std::size_t c = 0; c < names.size(); ++c) {
          const float value = share.dates[d].values[i * names.size() + c];
          out << ',' << (std::isnan(value) ? std::string() : fmt::format("{}", value));
        }
        out << ',' << static_cast<int>(share.dates[d].positive[i]) << '\n';
      }
    }
  }
  if (!out.flush()) give_up("write " + file);
}

std::string cost_json(const char* name, const Cost& cost) {
  return fmt::format(R"("{}":{{"seconds":{:.3f},"cpu_seconds":{:.3f},"peak_mib":{:.1f}}})", name,
                     cost.seconds, cost.cpu_seconds, cost.peak_mib);
}

// As in the program: what a load gives back to the system it would have to take again.
void keep_freed_memory() {
  constexpr int kKeptBytesMax = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
  mallopt(M_MMAP_THRESHOLD, kKeptBytesMax);
}

void run(const daemon::Invocation& invocation, const std::string& folder) {
  std::vector<Day> training;
  for (const int month : kTrainingMonths) training.push_back(Day::of_civil(kYear, month, 1));
  const Day scored = Day::of_civil(kYear, kScoredMonth, 1);
  const Cost loaded = cost_of([&] { load(invocation); });
  std::optional<Data> data;
  Rows asked, six_dates;
  const Cost opened = cost_of([&] { data.emplace(open_data(invocation)); });
  const Cost one = cost_of([&] { asked = rows_at(*data, {scored}); });
  const Cost six = cost_of([&] { six_dates = rows_at(*data, training); });
  if (!folder.empty()) {
    write_rows(folder + "/score.csv", asked, data->table.names());
    write_rows(folder + "/train.csv", six_dates, data->table.names());
  }
  const std::size_t width = data->table.size();
  std::vector<std::uint8_t> positive;
  for (const ShareRows& share : asked) {
    const auto& part = share.dates.front().positive;
    positive.insert(positive.end(), part.begin(), part.end());
  }
  const auto row_count = static_cast<double>(positive.size() * training.size());
  const auto rows_max = static_cast<double>(data->settings.learner.tree_rows_max);
  std::size_t drawn = 0;
  std::optional<Learnt> model;
  const Cost train = cost_of([&] {
    const TrainingRows rows = rows_of(*data, six_dates, training, rows_max / row_count);
    drawn = rows.accounts.size() * training.size();
    model.emplace(learn(*data, rows, std::nullopt));
  });
  malloc_trim(0);  // as the program does after a training
  std::vector<double> told;
  const Cost score = cost_of([&] { told = probabilities(*data, model->learner, asked); });
  const Cost all = cost_of(
      [&] { model.emplace(learn(*data, rows_of(*data, six_dates, training, 1), model->choice)); });
  const std::vector<double> told_by_all = probabilities(*data, model->learner, asked);
  fmt::print(R"({{"rows":{:.0f},"rows_drawn":{},"columns":{},"threads":{},"stages":{{)", row_count,
             drawn, width, data->settings.threads);
  fmt::print("{},{},", cost_json("load", loaded), cost_json("open", opened));
  fmt::print("{},{},{},{},{}}},", cost_json("features_1", one), cost_json("features_6", six),
             cost_json("train", train), cost_json("score", score), cost_json("train_all", all));
  fmt::print(R"("choice":"{}, {} rounds",)", to_text(model->choice.kind),
             model->choice.settings(data->settings.learner).rounds);
  fmt::print(R"("roc_auc":{:.4f},"pr_auc":{:.4f},)", roc_auc(positive, told),
             PrecisionCurve(positive, told).area());
  fmt::print(R"("all_roc_auc":{:.4f},"all_pr_auc":{:.4f}}})", roc_auc(positive, told_by_all),
             PrecisionCurve(positive, told_by_all).area());
  fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) give_up("usage: bench_scale SETTINGS [FOLDER for the rows as CSV]");
  keep_freed_memory();
  daemon::Invocation invocation;
  invocation.config = argv[1];
  invocation.quiet = true;
  invocation.command = "sync";
  run(invocation, argc == 3 ? argv[2] : "");
  return 0;
}
