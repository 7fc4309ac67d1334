// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/choice.h"

namespace upselld::scoring {

// One date, predicted by the procedure as of it.
struct JudgedDate {
  std::size_t date = 0;                                         // index into TrainingRows::dates
  Choice choice;                                                // from what had ended by then
  std::vector<double> probability;                              // empty: too little data then
  std::array<std::vector<double>, kBaselines.size()> baseline;  // probability
  std::array<std::vector<double>, kBaselines.size()> baseline_rank;  // value to rank by
  double slope = 1, level = 0;  // of what was told, by what happened; NaN: one outcome only
};

// Log-odds by which all accounts together differed from what was told, from date to date: the
// range in which the next date's level is expected, with 95 %. Needs three dates.
struct LevelSpread {
  std::size_t dates = 0;
  double mean = 0, low = 0, high = 0;
};

struct Judged {
  std::vector<JudgedDate> rolling;  // those dates at which there was enough to learn from
  std::optional<JudgedDate> test;
  std::optional<Learner> published;  // the procedure as of now
  Choice choice;                     // of the published model
  SnapshotSpan learnt;               // what the published model learnt from
  std::optional<LevelSpread> spread;
  std::size_t row_count = 0, positives = 0, accounts = 0, positive_accounts = 0,
              negative_accounts = 0;  // of the published model's lesson
  std::size_t best_baseline = 0;      // by rolling log-loss
  double rolling_log_loss = 0, rolling_baseline_log_loss = 0, rolling_pr_auc = 0;
  Interval gain;            // rolling log-loss: model minus best baseline; below 0 is better
  Interval test_gain;       // the same on the test date
  Interval test_area_gain;  // PR-AUC on the test date: model minus ranking by order count
};

// Every choice from what was known at the date it is made for; all fits may run at once.
Result<Judged> judge(const TrainingRows& rows, const std::vector<FeatureColumn>& columns,
                     const ScoringSettings& settings, Instant now, unsigned threads);

// PR-AUC of one ranking of a date's accounts minus that of another, accounts resampled.
Interval area_difference(const TrainingRows& rows, std::size_t date, std::span<const double> own,
                         std::span<const double> other, unsigned threads);

}  // namespace upselld::scoring
