// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/result.h"
#include "scoring/fits.h"

namespace upselld::scoring {

// What a model has to beat. Each ranks by its feature, and is a probability by a logistic of it.
struct Baseline {
  const char* name;
  const char* feature;  // nullptr: the admin's own rules, each with the rate of its accounts
  double sign;          // -1: less is better
};
inline constexpr std::array<Baseline, 4> kBaselines = {{{"order_count", "order_count", 1},
                                                        {"spend", "order_amount_sum", 1},
                                                        {"recency", "days_since_order", -1},
                                                        {"own_rules", nullptr, 1}}};

// One date's accounts as every candidate sees them, learnt from what had ended by the date.
struct Candidates {
  std::size_t date = 0;                  // index into TrainingRows::dates
  LearnerKind most = LearnerKind::none;  // what the number of accounts allows
  std::array<std::vector<double>, kStrengthFactors.size()> line;     // margins
  std::array<std::vector<double>, kRoundFactors.size()> trees;       // empty unless `most` is both
  std::array<std::vector<double>, kBaselines.size()> baseline;       // probability; empty: none
  std::array<std::vector<double>, kBaselines.size()> baseline_rank;  // value to rank by
};

// Trains on what had ended by the start of `date` and asks every candidate about it.
Result<Candidates> try_candidates(const TrainingRows& rows, std::size_t date,
                                  const std::vector<FeatureColumn>& columns,
                                  const ScoringSettings& settings);
using Tried = std::map<std::size_t, Candidates>;  // by date
// What a training chooses from.
struct TrainingFits {
  Tried tried;
  std::optional<Fits> published;  // of the model to be; none: too little data
};
// `published` is the lesson of that model. No number of threads changes a result.
Result<TrainingFits> fit_training(const TrainingRows& rows,
                                  const std::vector<FeatureColumn>& columns,
                                  const std::set<std::size_t>& dates, const Lesson& published,
                                  const ScoringSettings& settings, unsigned threads);
// The margins of a choice, before its correction.
std::vector<double> margins_of(const Candidates& candidates, const Choice& choice);

}  // namespace upselld::scoring
