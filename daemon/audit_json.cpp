// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit_json.h"

#include <nlohmann/json.hpp>

#include "core/digest.h"

namespace upselld::daemon {

Json header_json(const store::AuditHeader& header) {
  return {{"sequence", header.sequence},
          {"kind", store::to_text(header.kind)},
          {"at", to_text(header.at)},
          {"run", header.run},
          {"account_hash", hex(header.account_hash)},
          {"hash", hex(header.hash)}};
}

Json payload_json(const std::optional<std::string>& payload) {
  if (!payload) return Json();
  Json json = Json::parse(*payload, nullptr, false);
  return json.is_discarded() ? Json(*payload) : json;
}

}  // namespace upselld::daemon
