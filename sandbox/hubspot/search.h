// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

// What stands in the body of a search: filter groups, one sort, a page by offset. Answers with
// total, results and paging, out of the index, which is behind the records. Throws ApiError 400
// where the caps are exceeded.
nlohmann::ordered_json search(Portal& portal, const ObjectType& type, const std::string& body);

}  // namespace upselld::sandbox::hubspot
