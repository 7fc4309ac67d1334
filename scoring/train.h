// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "core/timeline.h"
#include "core/trial.h"
#include "scoring/features.h"
#include "scoring/model.h"
#include "scoring/own_rule.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// What the procedure said of one account at one date, with a model that knew only the past of it.
struct Prediction {
  Day snapshot;
  std::string account;  // CRM id
  double probability = 0;
};

// What a training made. `files` is empty where there is no model at all (`reason` says why).
struct Training {
  std::string version;  // "2026-11-01-1a2b3c4d"; rules-1 without a model
  ModelFiles files;
  std::string report;                   // JSON: the keys of `train --json`, and more
  std::string card_markdown;            // the same for people
  std::vector<Prediction> predictions;  // rolling dates and the test date, by snapshot, account
  bool publishable = false;
  std::string reason;  // why it is worth publishing, or why not
};

// Learns from everything known before `now` and judges it as it is used: see docs/scoring.md.
// Too little data of any sort is a Training that is not publishable, never an error; errors are the
// source's. The bytes of the result do not depend on `threads`. `trials` decide no score: from them
// comes what contacts do, where enough of them have ended. Nor does `own_rule`.
Result<Training> train(const TimelineSource& source, const FeatureTable& table,
                       const ScoringSettings& settings, Instant now, unsigned threads,
                       std::span<const Trial> trials = {}, const OwnRuleAnswer& own_rule = {});

// "snapshot,account,probability" with the shortest digits that read back the same.
std::string predictions_csv(const std::vector<Prediction>& predictions);

}  // namespace upselld::scoring
