// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/score.h"
#include "core/timeline.h"
#include "scoring/feature_spec.h"

namespace upselld::scoring {

struct NamedFeature {
  FeatureInfo info;
  FeatureSpec spec;
};

// Reads a name by the grammar <event>_<aggregate>_<window>, days_since_<event>, an attribute and
// its days_since_/days_until_, or a measure's own name. Nothing: the name says nothing.
std::optional<NamedFeature> feature_named(std::string_view name, const Vocabulary& vocabulary);

// What a name could have been, for messages.
std::vector<std::string> name_examples(const Vocabulary& vocabulary);

}  // namespace upselld::scoring
