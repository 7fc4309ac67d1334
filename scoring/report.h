// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scoring/effect.h"
#include "scoring/judge.h"
#include "scoring/train.h"

namespace upselld::scoring {

// What a report is made from.
struct Findings {
  const TrainingRows& rows;
  const FeatureTable& table;
  const Judged& judged;
  const ScoringSettings& settings;
  std::vector<std::string> leaks;  // see leaks.h
  Instant now;
  unsigned threads = 1;
  Effects effects;
};

// JSON with the keys of `train --json` and more. `published` says whether the model may be
// published and `seconds` is empty: both are the caller's to fill in.
std::string report_json(const Findings& findings, const Training& training);
// The same for people.
std::string card_markdown(const Findings& findings, const Training& training);

}  // namespace upselld::scoring
