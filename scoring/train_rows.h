// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scoring/effect.h"
#include "scoring/train.h"
#include "scoring/training_rows.h"

namespace upselld::scoring {

// The second half of train(): learns from rows that were gathered before. A test changes outcomes
// in between.
Result<Training> train_rows(const TrainingRows& rows, const FeatureTable& table,
                            const ScoringSettings& settings, Instant now, unsigned threads,
                            const Effects& effects = {});

}  // namespace upselld::scoring
