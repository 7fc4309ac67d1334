// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/learner.h"

namespace upselld::scoring {

// Settings that the rolling dates choose among, as multiples of the built-in ones. Strengths fall:
// each fit begins where the one before it ended. Rounds grow: one fit has all of them.
inline constexpr std::array<double, 4> kStrengthFactors = {10, 10.0 / 3, 1, 1.0 / 3};
inline constexpr std::array<double, 4> kRoundFactors = {0.5, 1, 2, 4};
inline constexpr std::size_t kBuiltInStrength = 2, kBuiltInRounds = 1;

// A choice among them, and the correction of its margins: slope * margin + level.
struct Choice {
  LearnerKind kind = LearnerKind::none;
  std::size_t strength = kBuiltInStrength, rounds = kBuiltInRounds;
  double slope = 1, level = 0;
  std::size_t correction_windows = 0;  // apart from each other, at which one could prove itself
  std::string reason;
  LearnerSettings settings(const LearnerSettings& built_in) const;
};

// All that a choice may want of one lesson: fitted without waiting for the choice, beside the past
// dates that it is made by.
struct Fits {
  Encoder encoder;
  std::vector<Line> lines;         // by kStrengthFactors
  std::vector<std::string> trees;  // by kRoundFactors; empty: there are none
};
// Trees only where `most` has them and a column differs between accounts. Columns that were not
// recorded before `begin` are left out. One thread; cancelled: stopped.
Result<Fits> fit_all(const Lesson& lesson, const std::vector<FeatureColumn>& columns,
                     LearnerKind most, const LearnerSettings& settings,
                     Instant begin = Instant{INT64_MAX});
// The chosen ones with their correction. The choice has a kind.
Result<Learner> learner_of(Fits fits, const Choice& choice);

}  // namespace upselld::scoring
