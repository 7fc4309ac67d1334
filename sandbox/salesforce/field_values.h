// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {

struct Assignment {
  int column;
  Value value;
};

// A JSON object's fields as values of their types; `attributes`, and id where `takes_id`, are
// passed over. Throws ApiError: INVALID_FIELD for what is not there or not seen, JSON_PARSER_ERROR
// for a value of another type. `user` empty: everything is seen.
std::vector<Assignment> assignments_of(const Org& org, const std::string& user,
                                       const ObjectType& type, const nlohmann::ordered_json& record,
                                       bool takes_id);
// A cell of an upload; not empty. "#N/A" is null.
Value value_of_cell(const Field& field, const std::string& cell);

// The value as it will be stored: trimmed, rounded, null for an empty text. Throws ApiError:
// STRING_TOO_LONG, NUMBER_OUTSIDE_VALID_RANGE, INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST,
// MALFORMED_ID, INVALID_CROSS_REFERENCE_KEY, INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY.
Value normalised(const Org& org, const ObjectType& type, const Field& field, Value value);

}  // namespace upselld::sandbox::salesforce
