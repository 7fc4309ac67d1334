// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sandbox/hubspot/portal.h"

// What people do in the account, and what can be looked at from outside. All throw
// std::invalid_argument.
namespace upselld::sandbox::hubspot {

// {"object", "id", "properties", "delete", "restore", "purge", "associate": {"object", "id",
// "type"}}: changes a record, or makes one where no id is given. The id.
std::string apply_edit(Portal& portal, const nlohmann::ordered_json& edit);
// Many records of one moment: {"object", "count", "properties", "at"}; "#" in a text is the number.
nlohmann::ordered_json seed_records(Portal& portal, const nlohmann::ordered_json& body);
// All records of an object, or of all: properties that are set, stamps and associations.
std::string state_json(Portal& portal, const std::string& object);

}  // namespace upselld::sandbox::hubspot
