// SPDX-License-Identifier: Apache-2.0
#include "scoring/judge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "scoring/measures.h"

namespace upselld::scoring {
namespace {

constexpr std::size_t kDatesForSpread = 3;
// 97.5 % points of Student's t with 2 to 6 degrees of freedom: at most seven dates are judged.
constexpr double kStudent[] = {4.303, 3.182, 2.776, 2.571, 2.447};

std::vector<Day> days_of(const TrainingRows& rows) {
  std::vector<Day> days;
  for (const DateRows& date : rows.dates) days.push_back(date.day);
  return days;
}

std::vector<const Candidates*> there(const Tried& tried, const std::vector<std::size_t>& dates) {
  std::vector<const Candidates*> found;
  for (const std::size_t date : dates) {
    const auto at = tried.find(date);
    if (at != tried.end() && at->second.most != LearnerKind::none) found.push_back(&at->second);
  }
  return found;
}

JudgedDate judge_date(const TrainingRows& rows, const Tried& tried, std::size_t date,
                      const ScoringSettings& settings, unsigned threads) {
  const Candidates& own = tried.at(date);
  JudgedDate judged;
  judged.date = date;
  judged.baseline = own.baseline;
  judged.baseline_rank = own.baseline_rank;
  const auto earlier = there(tried, rolling_as_of(days_of(rows), date, settings));
  const Instant as_of = settings.zone.start_of(rows.dates[date].day);
  judged.choice = choose(rows, earlier, own.most, settings, as_of, threads);
  if (own.most == LearnerKind::none) return judged;
  for (const double margin : margins_of(own, judged.choice)) {
    judged.probability.push_back(sigmoid(judged.choice.slope * margin + judged.choice.level));
  }
  const Calibration found = calibration_of(rows.dates[date].positive, judged.probability);
  judged.slope = found.slope;
  judged.level = found.level;
  return judged;
}

void count_rows(const Lesson& lesson, Judged& judged) {
  judged.row_count = lesson.positive.size();
  judged.positives = lesson.positives;
  judged.accounts = lesson.accounts;
  judged.positive_accounts = lesson.positive_accounts;
  judged.negative_accounts = lesson.negative_accounts;
}

PairedLoss loss_gap(const TrainingRows& rows, const JudgedDate& judged, std::size_t baseline) {
  const DateRows& date = rows.dates[judged.date];
  PairedLoss paired{judged.date, {}};
  for (std::size_t i = 0; i < date.size(); ++i) {
    const bool positive = date.positive[i] != 0;
    paired.gap.push_back(log_loss(positive, judged.probability[i]) -
                         log_loss(positive, judged.baseline[baseline][i]));
  }
  return paired;
}

void compare(const TrainingRows& rows, unsigned threads, Judged& judged) {
  const auto dates = static_cast<double>(judged.rolling.size());
  std::array<double, kBaselines.size()> loss{};
  for (const JudgedDate& each : judged.rolling) {
    const DateRows& date = rows.dates[each.date];
    judged.rolling_log_loss += mean_log_loss(date.positive, each.probability) / dates;
    judged.rolling_pr_auc += PrecisionCurve(date.positive, each.probability).area() / dates;
    for (std::size_t b = 0; b < loss.size(); ++b) {
      // The admin's own rules stand beside the model in the report: without it they would not rank.
      const bool decides = kBaselines[b].feature != nullptr;
      loss[b] += decides ? mean_log_loss(date.positive, each.baseline[b]) / dates
                         : std::numeric_limits<double>::infinity();
    }
  }
  if (!judged.rolling.empty()) {
    const auto best = std::min_element(loss.begin(), loss.end());
    judged.best_baseline = static_cast<std::size_t>(best - loss.begin());
    judged.rolling_baseline_log_loss = *best;
    std::vector<PairedLoss> all;
    for (const JudgedDate& each : judged.rolling) {
      all.push_back(loss_gap(rows, each, judged.best_baseline));
    }
    judged.gain = paired_interval(rows, all, threads);
  }
  if (!judged.test || judged.test->probability.empty()) return;
  const JudgedDate& test = *judged.test;
  judged.test_gain = paired_interval(rows, {loss_gap(rows, test, judged.best_baseline)}, threads);
  judged.test_area_gain =
      area_difference(rows, test.date, test.probability, test.baseline_rank[0], threads);
}

std::optional<LevelSpread> spread_of(const Judged& judged) {
  std::vector<double> levels;
  for (const JudgedDate& each : judged.rolling) levels.push_back(each.level);
  if (judged.test && !judged.test->probability.empty()) levels.push_back(judged.test->level);
  std::erase_if(levels, [](double level) { return std::isnan(level); });
  if (levels.size() < kDatesForSpread) return std::nullopt;
  const auto n = static_cast<double>(levels.size());
  LevelSpread spread{levels.size(), 0, 0, 0};
  double squares = 0;
  for (const double level : levels) spread.mean += level / n;
  for (const double level : levels) squares += (level - spread.mean) * (level - spread.mean);
  const std::size_t place = std::min(levels.size() - kDatesForSpread, std::size(kStudent) - 1);
  const double half = kStudent[place] * std::sqrt(squares / (n - 1) * (1 + 1 / n));
  spread.low = spread.mean - half;
  spread.high = spread.mean + half;
  return spread;
}

}  // namespace

Interval area_difference(const TrainingRows& rows, std::size_t date, std::span<const double> own,
                         std::span<const double> other, unsigned threads) {
  const DateRows& of = rows.dates[date];
  const PrecisionCurve first(of.positive, own);
  const PrecisionCurve second(of.positive, other);
  return AccountDraws(rows.accounts.size())
      .interval(
          first.area() - second.area(),
          [&](std::span<const std::uint32_t> weight) {
            std::vector<std::uint32_t> by_row;
            for (const std::uint32_t account : of.account) by_row.push_back(weight[account]);
            return first.area(by_row) - second.area(by_row);
          },
          threads);
}

Result<Judged> judge(const TrainingRows& rows, const std::vector<FeatureColumn>& columns,
                     const ScoringSettings& settings, Instant now, unsigned threads) {
  Judged judged;
  if (rows.dates.empty()) return judged;
  const std::vector<Day> days = days_of(rows);
  const Judging plan = judging_of(days, settings);
  std::set<std::size_t> told(plan.rolling.begin(), plan.rolling.end());
  if (plan.test) told.insert(*plan.test);
  judged.learnt = learnt_by(days, now, settings);
  const Lesson lesson = lesson_of(rows, judged.learnt, now);
  count_rows(lesson, judged);
  auto fitted = fit_training(rows, columns, asked_dates(days, settings), lesson, settings, threads);
  if (!fitted) return fitted.error();
  for (const std::size_t date : told) {
    if (settings.learner.stopped()) return Error{ErrorKind::cancelled, "stopped", {}};
    JudgedDate one = judge_date(rows, fitted->tried, date, settings, threads);
    if (plan.test && date == *plan.test) {
      judged.test = std::move(one);
    } else if (!one.probability.empty()) {
      judged.rolling.push_back(std::move(one));
    }
  }
  judged.choice = choose(rows, there(fitted->tried, plan.rolling), built_in_choice(lesson),
                         settings, now, threads);
  if (judged.choice.kind != LearnerKind::none) {
    auto learner = learner_of(std::move(*fitted->published), judged.choice);
    if (!learner) return learner.error();
    judged.published = std::move(*learner);
  }
  compare(rows, threads, judged);
  judged.spread = spread_of(judged);
  return judged;
}

}  // namespace upselld::scoring
