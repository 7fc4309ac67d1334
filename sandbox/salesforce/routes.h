// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {

// What a request is counted as: its method and the route it takes, "GET sobjects/*/describe".
std::string kind_of(const HttpRequest& request, const std::vector<std::string>& parts);

}  // namespace upselld::sandbox::salesforce
