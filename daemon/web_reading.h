// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/result.h"
#include "daemon/codec.h"
#include "daemon/web_request.h"

namespace upselld::daemon {

// What a request asks with. What it has wrong is invalid_config, and says what to send instead.

// The body of a POST: a JSON object of plain values. Nothing that is asked for needs a list, and
// lists in lists could be deeper than a thread's stack.
Result<Json> object_of(const WebRequest& request);
// Of an object's text, or empty.
std::string text_of(const Json& object, const char* key);
// A whole number of the query, at most `most`; `otherwise` when it is not there.
Result<std::size_t> number_of(const WebRequest& request, const char* name, std::size_t otherwise,
                              std::size_t most);

}  // namespace upselld::daemon
