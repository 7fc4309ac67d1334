// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/result.h"
#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

// Fills an account from a folder that `upselld-sandbox generate` wrote: docs/sandbox-hubspot.md
// says what becomes what. The number of records by object. invalid_config names file and line of
// what does not fit.
Result<std::map<std::string, std::int64_t>> load_generated(Portal& portal,
                                                           const std::string& folder);

}  // namespace upselld::sandbox::hubspot
