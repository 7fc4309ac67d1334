// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/intervals.h"
#include "scoring/learner.h"
#include "scoring/snapshots.h"
#include "scoring/training_rows.h"

namespace upselld::scoring {

// What a model has to beat. Each ranks by its feature, and is a probability by a logistic of it.
struct Baseline {
  const char* name;
  const char* feature;
  double sign;  // -1: less is better
};
inline constexpr std::array<Baseline, 3> kBaselines = {{{"order_count", "order_count", 1},
                                                        {"spend", "order_amount_sum", 1},
                                                        {"recency", "days_since_order", -1}}};

// One date, predicted by the procedure as of it.
struct JudgedDate {
  std::size_t date = 0;  // index into TrainingRows::dates
  LearnerKind kind = LearnerKind::none;
  std::vector<double> probability;                                   // empty: too little data then
  std::array<std::vector<double>, kBaselines.size()> baseline;       // probability
  std::array<std::vector<double>, kBaselines.size()> baseline_rank;  // value to rank by
};

struct Judged {
  std::vector<JudgedDate> rolling;  // those dates at which there was enough to learn from
  std::optional<JudgedDate> test;
  std::optional<Learner> published;  // the procedure as of now
  LearnerKind kind = LearnerKind::none;
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

}  // namespace upselld::scoring
