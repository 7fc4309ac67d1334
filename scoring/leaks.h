// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scoring/features.h"
#include "scoring/settings.h"
#include "scoring/training_rows.h"

namespace upselld::scoring {

// What tells the future, a sentence each, the feature's name first; a model learnt with it is not
// published. None is the usual case. An honest feature is not named, however good it is, unless it
// tells the outcome all but alone.
//
// - an attribute that carries one of our own names
// - an attribute that alone tells the outcome
// - an attribute whose value nobody without an up-sell has: it is filled or overwritten afterwards
// - an attribute that equals a later order, or a count that has run on since
// - a feature that changes when the future is removed
// - up-sells that were recorded long after their date
// `learnt` are the dates that the model learns from.
std::vector<std::string> leaks_in(const TrainingRows& rows, const FeatureTable& table,
                                  SnapshotSpan learnt, const ScoringSettings& settings);

}  // namespace upselld::scoring
