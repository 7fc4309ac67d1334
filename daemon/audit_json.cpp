// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit_json.h"

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "daemon/interrupt.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kEntriesAtOnce = 1'000;

}  // namespace

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

Result<void> write_audit_lines(const store::AuditChain& audit, std::uint64_t after,
                               const FileWriter& write) {
  store::AuditFilter filter;
  filter.after = after;
  filter.count_max = kEntriesAtOnce;
  while (true) {
    if (stop_signal().stop_requested()) {
      return Error{ErrorKind::cancelled, "stopped by a signal", {}};
    }
    const auto headers = audit.list(filter);
    if (!headers) return headers.error();
    for (const store::AuditHeader& header : *headers) {
      const auto payload = audit.payload(header.sequence);
      if (!payload) return payload.error();
      Json line = header_json(header);
      line["payload"] = payload_json(*payload);
      const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      if (const auto written = write(text); !written) return written;
    }
    if (headers->size() < filter.count_max) return {};
    filter.after = headers->back().sequence;
  }
}

}  // namespace upselld::daemon
