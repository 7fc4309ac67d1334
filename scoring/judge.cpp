// SPDX-License-Identifier: Apache-2.0
#include "scoring/judge.h"

#include <algorithm>
#include <cmath>

#include "scoring/measures.h"
#include "scoring/parallel.h"

namespace upselld::scoring {
namespace {

std::optional<std::size_t> column_named(const std::vector<FeatureColumn>& columns,
                                        std::string_view name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::span<const float> row_of(const DateRows& date, std::size_t width, std::size_t i) {
  return std::span(date.values).subspan(i * width, width);
}

void predict_baselines(const Lesson& lesson, const DateRows& date,
                       const std::vector<FeatureColumn>& columns, JudgedDate& judged) {
  for (std::size_t b = 0; b < kBaselines.size(); ++b) {
    const auto column = column_named(columns, kBaselines[b].feature);
    if (!column) continue;
    const OneFeature one = fit_one_feature(lesson, *column);
    for (std::size_t i = 0; i < date.size(); ++i) {
      const float value = row_of(date, columns.size(), i)[*column];
      judged.baseline[b].push_back(one.probability(value));
      judged.baseline_rank[b].push_back(kBaselines[b].sign * static_cast<double>(value));
    }
  }
}

// Trains on what had ended by the date's start and predicts it.
Result<JudgedDate> judge_date(const TrainingRows& rows, std::size_t date,
                              const std::vector<FeatureColumn>& columns,
                              const ScoringSettings& settings) {
  std::vector<Day> days;
  for (const DateRows& each : rows.dates) days.push_back(each.day);
  const Instant as_of = settings.zone.start_of(days[date]);
  const Lesson lesson = lesson_of(rows, finished_by(days, as_of, settings), as_of);
  JudgedDate judged;
  judged.date = date;
  judged.kind = built_in_choice(lesson);
  if (judged.kind == LearnerKind::none) return judged;
  predict_baselines(lesson, rows.dates[date], columns, judged);
  const auto learner = fit_learner(lesson, columns, judged.kind, settings.learner);
  if (!learner) return learner.error();
  const DateRows& predicted = rows.dates[date];
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    judged.probability.push_back(sigmoid(learner->margin(row_of(predicted, columns.size(), i))));
  }
  return judged;
}

Result<void> train_published(const TrainingRows& rows, const std::vector<FeatureColumn>& columns,
                             const ScoringSettings& settings, Instant now, Judged& judged) {
  const Lesson lesson = lesson_of(rows, rows.dates.size(), now);
  judged.kind = built_in_choice(lesson);
  judged.row_count = lesson.positive.size();
  judged.positives = lesson.positives;
  judged.accounts = lesson.accounts;
  judged.positive_accounts = lesson.positive_accounts;
  judged.negative_accounts = lesson.negative_accounts;
  if (judged.kind == LearnerKind::none) return {};
  auto learner = fit_learner(lesson, columns, judged.kind, settings.learner);
  if (!learner) return learner.error();
  judged.published = std::move(*learner);
  return {};
}

// Log-loss of the first minus that of the second: the mean over dates of the mean over accounts.
class LossGap {
 public:
  LossGap(const TrainingRows& rows, const std::vector<const JudgedDate*>& dates,
          std::size_t baseline) {
    for (const JudgedDate* judged : dates) {
      const DateRows& date = rows.dates[judged->date];
      std::vector<std::pair<std::uint32_t, double>> gaps;
      for (std::size_t i = 0; i < date.size(); ++i) {
        const bool positive = date.positive[i] != 0;
        gaps.emplace_back(date.account[i], log_loss(positive, judged->probability[i]) -
                                               log_loss(positive, judged->baseline[baseline][i]));
      }
      gaps_.push_back(std::move(gaps));
    }
  }
  Interval interval(std::size_t accounts, unsigned threads) const {
    const std::vector<std::uint32_t> once(accounts, 1);
    return AccountDraws(accounts).interval(
        mean(once), [this](std::span<const std::uint32_t> weight) { return mean(weight); },
        threads);
  }

 private:
  double mean(std::span<const std::uint32_t> weight) const {
    double sum = 0;
    for (const auto& gaps : gaps_) {
      double of_date = 0, rows = 0;
      for (const auto& [account, gap] : gaps) {
        of_date += weight[account] * gap;
        rows += weight[account];
      }
      sum += of_date / rows;
    }
    return sum / static_cast<double>(gaps_.size());
  }
  std::vector<std::vector<std::pair<std::uint32_t, double>>> gaps_;
};

Interval area_gain(const TrainingRows& rows, const JudgedDate& judged, unsigned threads) {
  const DateRows& date = rows.dates[judged.date];
  const PrecisionCurve own(date.positive, judged.probability);
  const PrecisionCurve other(date.positive, judged.baseline_rank[0]);
  return AccountDraws(rows.accounts.size())
      .interval(
          own.area() - other.area(),
          [&](std::span<const std::uint32_t> weight) {
            std::vector<std::uint32_t> by_row;
            for (const std::uint32_t account : date.account) by_row.push_back(weight[account]);
            return own.area(by_row) - other.area(by_row);
          },
          threads);
}

void compare(const TrainingRows& rows, unsigned threads, Judged& judged) {
  const auto dates = static_cast<double>(judged.rolling.size());
  std::array<double, kBaselines.size()> loss{};
  std::vector<const JudgedDate*> all;
  for (const JudgedDate& each : judged.rolling) {
    const DateRows& date = rows.dates[each.date];
    all.push_back(&each);
    judged.rolling_log_loss += mean_log_loss(date.positive, each.probability) / dates;
    judged.rolling_pr_auc += PrecisionCurve(date.positive, each.probability).area() / dates;
    for (std::size_t b = 0; b < loss.size(); ++b) {
      loss[b] += mean_log_loss(date.positive, each.baseline[b]) / dates;
    }
  }
  if (!all.empty()) {
    const auto best = std::min_element(loss.begin(), loss.end());
    judged.best_baseline = static_cast<std::size_t>(best - loss.begin());
    judged.rolling_baseline_log_loss = *best;
    judged.gain = LossGap(rows, all, judged.best_baseline).interval(rows.accounts.size(), threads);
  }
  if (!judged.test || judged.test->probability.empty()) return;
  judged.test_gain =
      LossGap(rows, {&*judged.test}, judged.best_baseline).interval(rows.accounts.size(), threads);
  judged.test_area_gain = area_gain(rows, *judged.test, threads);
}

}  // namespace

Result<Judged> judge(const TrainingRows& rows, const std::vector<FeatureColumn>& columns,
                     const ScoringSettings& settings, Instant now, unsigned threads) {
  Judged judged;
  if (rows.dates.empty()) return judged;
  std::vector<Day> days;
  for (const DateRows& date : rows.dates) days.push_back(date.day);
  const Judging plan = judging_of(days, settings);
  // The largest first, so that two threads end at about the same time: the published model, then
  // dates from the newest.
  std::vector<std::size_t> dates = plan.rolling;
  if (plan.test) dates.push_back(*plan.test);
  std::reverse(dates.begin(), dates.end());
  std::vector<Result<JudgedDate>> found(dates.size(), JudgedDate{});
  Result<void> published;
  for_each_index(dates.size() + 1, threads, [&](std::size_t job) {
    if (job == 0) {
      published = train_published(rows, columns, settings, now, judged);
    } else {
      found[job - 1] = judge_date(rows, dates[job - 1], columns, settings);
    }
  });
  if (!published) return published.error();
  for (std::size_t i = found.size(); i-- > 0;) {
    if (!found[i]) return found[i].error();
    if (plan.test && dates[i] == *plan.test) {
      judged.test = std::move(*found[i]);
    } else if (found[i]->kind != LearnerKind::none && !found[i]->probability.empty()) {
      judged.rolling.push_back(std::move(*found[i]));
    }
  }
  compare(rows, threads, judged);
  return judged;
}

}  // namespace upselld::scoring
