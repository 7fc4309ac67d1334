// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

using Json = nlohmann::ordered_json;

// What a reader asked for. Names that do not exist are ignored, as the API does.
struct Wanted {
  std::vector<int> columns;  // with the object's default ones
  std::vector<int> history;
};
Wanted wanted_of(const ObjectType& type, const std::vector<std::string>& properties,
                 const std::vector<std::string>& history);

// The value of any column, kept form; of `behind` where the index is meant. Empty: not set.
std::string value_of(const ObjectType& type, const Record& record, int column,
                     const Behind* behind = nullptr);
Json record_json(const Portal& portal, const ObjectType& type, const Record& record,
                 const Wanted& wanted, const Behind* behind = nullptr);

}  // namespace upselld::sandbox::hubspot
