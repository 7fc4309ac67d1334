// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "daemon/service_door.h"

namespace upselld::daemon {

// What the service does now, as the control socket and `upselld status --json` tell it.
std::string state_json(const ServiceState& state);

// The same for people: "sync of all since 2026-11-02T10:00:00Z: pull crm, 12,300 steps". Takes any
// object, for it may be another version's.
std::string state_sentence(const nlohmann::json& state);

}  // namespace upselld::daemon
