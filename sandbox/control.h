// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/instant.h"
#include "sandbox/fault.h"
#include "sandbox/virtual_clock.h"

// What the control interfaces of all faces have. All throw std::invalid_argument.
namespace upselld::sandbox {

Instant instant_of(const std::string& text);    // "2026-11-22T06:00:00Z"
Duration duration_of(const std::string& text);  // "90s"
// {"set", "step", "run", "freeze"}
nlohmann::ordered_json set_clock(VirtualClock& clock, const nlohmann::ordered_json& body);
// {"add": [...], "clear"}
nlohmann::ordered_json add_faults(Faults& faults, const nlohmann::ordered_json& body);

}  // namespace upselld::sandbox
