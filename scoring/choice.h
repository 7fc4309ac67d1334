// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "scoring/candidates.h"
#include "scoring/intervals.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {

inline constexpr std::size_t kWindowsToCorrect = 3;  // that do not overlap

// Learner, strength and rounds: the built-in ones (line and trees together) unless others had a
// lower mean log-loss over `dates` by an interval that excludes zero; and the correction if it
// lowered the loss on at least three windows that do not overlap. By the outcomes that were known
// before `as_of`, the moment it is made for. `most` is what the accounts allow.
Choice choose(const TrainingRows& rows, const std::vector<const Candidates*>& dates,
              LearnerKind most, const ScoringSettings& settings, Instant as_of, unsigned threads);

// Log-loss of the first minus that of the second, by row of each date: the mean over dates of the
// mean over accounts, with accounts resampled.
struct PairedLoss {
  std::size_t date = 0;
  std::vector<double> gap;
};
Interval paired_interval(const TrainingRows& rows, const std::vector<PairedLoss>& dates,
                         unsigned threads);

}  // namespace upselld::scoring
