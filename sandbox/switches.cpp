// SPDX-License-Identifier: Apache-2.0
#include "sandbox/switches.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/assertions.h"

namespace upselld::sandbox {

Switches::Switches(std::span<const Switch> known) {
  for (const Switch& each : known) positions_.emplace(each.name, each.on);
}

bool Switches::is_on(std::string_view name) const {
  const auto found = positions_.find(name);
  UPSELLD_ASSERT(found != positions_.end());
  return found->second;
}

bool Switches::set(std::string_view name, bool on) {
  const auto found = positions_.find(name);
  if (found == positions_.end()) return false;
  found->second = on;
  return true;
}

nlohmann::ordered_json Switches::set_all(const nlohmann::ordered_json& positions) {
  for (const auto& [name, on] : positions.items()) {
    if (!set(name, on.get<bool>())) throw std::invalid_argument("no switch " + name);
  }
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [name, on] : positions_) out[name] = on;
  return out;
}

}  // namespace upselld::sandbox
