// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/instant.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {

// What a request is counted as: its method and the route it takes, "GET sobjects/*/describe".
std::string kind_of(const HttpRequest& request, const std::vector<std::string>& parts);
// "Sun, 22 Nov 2026 06:00:00 GMT".
std::string http_date(Instant at);

}  // namespace upselld::sandbox::salesforce
