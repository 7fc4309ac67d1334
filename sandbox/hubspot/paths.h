// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {

// A path of any version as one: "/crm/v3/objects/deals" and "/crm/objects/2026-09/deals" are both
// crm/objects/deals.
struct ApiPath {
  std::string version;             // "v3", "2026-09"
  std::vector<std::string> parts;  // decoded, without the version
  bool enforces_rules() const { return version >= "2026-09" && !version.starts_with('v'); }
};

// Nothing: no such path in any version.
std::optional<ApiPath> api_path(const HttpRequest& request);

}  // namespace upselld::sandbox::hubspot
