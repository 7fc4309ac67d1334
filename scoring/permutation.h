// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "core/timeline.h"
#include "scoring/features.h"
#include "scoring/settings.h"
#include "scoring/training_rows.h"

namespace upselld::scoring {

// The same rows with outcomes exchanged between the accounts of each snapshot: nothing is left to
// learn, and base rates stay.
TrainingRows permuted(const TrainingRows& rows, std::uint64_t seed);

struct PermutationCheck {
  int seeds = 0;
  std::vector<std::uint64_t> publishable;  // seeds with which a model would have been published
  std::vector<std::string> reasons;        // by seed
};
// Trains on permuted outcomes, once a seed from 1 on. A procedure that can be trusted publishes
// nothing in at least 19 of 20.
Result<PermutationCheck> check_permuted(const TimelineSource& source, const FeatureTable& table,
                                        const ScoringSettings& settings, Instant now, int seeds,
                                        unsigned threads);

}  // namespace upselld::scoring
