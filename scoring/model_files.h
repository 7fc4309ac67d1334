// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/score.h"
#include "scoring/effect.h"
#include "scoring/gains.h"
#include "scoring/judge.h"
#include "scoring/model.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// What a model is besides its learner.
struct ModelFacts {
  std::string version;
  std::string learner;  // line, trees, both
  Day as_of;
  std::string data_digest;   // of the training rows, hexadecimal
  double line_strength = 0;  // chosen at past dates
  int rounds = 0;
  std::optional<LevelSpread> spread;  // how the level moved from date to date
  std::vector<FeatureInfo> features;  // in the order of the encoder
  Dictionaries dictionaries;
  Gains gains;
  Effect effect;  // of contacts; read back: status and share
};

nlohmann::ordered_json gains_json(const Gains& gains);

// manifest.json names the other parts and their digests; the version is the as-of date and eight
// digits of a hash over everything that decides a score. Same input, same bytes.
ModelFiles write_model(const ModelFacts& facts, const Learner& learner,
                       const ScoringSettings& settings, std::string& version);

struct LoadedModel {
  ModelFacts facts;
  Learner learner;
};
Result<LoadedModel> read_model(const ModelFiles& files);

}  // namespace upselld::scoring
