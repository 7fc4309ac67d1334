// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/learner.h"

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

// Settings that the rolling dates choose among, as multiples of the built-in ones. Strengths fall:
// each fit begins where the one before it ended. Rounds grow: one fit has all of them.
inline constexpr std::array<double, 4> kStrengthFactors = {10, 10.0 / 3, 1, 1.0 / 3};
inline constexpr std::array<double, 4> kRoundFactors = {0.5, 1, 2, 4};
inline constexpr std::size_t kBuiltInStrength = 2, kBuiltInRounds = 1;

// One date's accounts as every candidate sees them, learnt from what had ended by the date.
struct Candidates {
  std::size_t date = 0;                  // index into TrainingRows::dates
  LearnerKind most = LearnerKind::none;  // what the number of accounts allows
  std::array<std::vector<double>, kStrengthFactors.size()> line;     // margins
  std::array<std::vector<double>, kRoundFactors.size()> trees;       // empty unless `most` is both
  std::array<std::vector<double>, kBaselines.size()> baseline;       // probability; empty: none
  std::array<std::vector<double>, kBaselines.size()> baseline_rank;  // value to rank by
};

// A choice among them, and the correction of its margins: slope * margin + level.
struct Choice {
  LearnerKind kind = LearnerKind::none;
  std::size_t strength = kBuiltInStrength, rounds = kBuiltInRounds;
  double slope = 1, level = 0;
  std::size_t correction_windows = 0;  // apart from each other, at which one could prove itself
  std::string reason;
  LearnerSettings settings(const LearnerSettings& built_in) const;
  // The strengths up to the chosen one, as judging went through them.
  std::vector<double> strengths(const LearnerSettings& built_in) const;
};

// Trains on what had ended by the start of `date` and asks every candidate about it.
Result<Candidates> try_candidates(const TrainingRows& rows, std::size_t date,
                                  const std::vector<FeatureColumn>& columns,
                                  const ScoringSettings& settings);
// The margins of a choice, before its correction.
std::vector<double> margins_of(const Candidates& candidates, const Choice& choice);

}  // namespace upselld::scoring
