// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/result.h"
#include "plugins/connector.h"

// What every CRM connector's table of streams is asked. `Spec` has name, kind and offers_sweep.
namespace upselld::plugins {

template <typename Spec>
StreamInfo info_of(const Spec& spec) {
  StreamInfo info;
  info.name = spec.name;
  info.kind = spec.kind;
  info.keyed = spec.kind != RecordKind::attribute_change;
  info.offers_sweep = spec.offers_sweep;
  return info;
}

template <typename Spec>
Result<const Spec*> spec_named(const std::vector<Spec>& specs, const std::string& name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const Spec& each) { return each.name == name; });
  if (found == specs.end()) {
    return Error{ErrorKind::unsupported, "there is no stream " + name, {}};
  }
  return &*found;
}

}  // namespace upselld::plugins
