// SPDX-License-Identifier: Apache-2.0
#include "daemon/add_delivery.h"

#include <nlohmann/json.hpp>
#include <vector>

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Result<store::AddedDelivery> add_delivery(Ledger& ledger, store::Transaction& transaction,
                                          const std::string& run,
                                          const store::NewDelivery& delivery, Instant at) {
  auto added = ledger.outbox.add(transaction, delivery, at);
  if (!added) return added;
  std::vector<store::AuditEntry> entries;
  for (const auto* ended : {&added->superseded, &added->cancelled}) {
    for (const store::DeliveryId id : *ended) {
      entries.push_back({store::AuditKind::superseded, at, run, delivery.account,
                         dumped({{"delivery", id}, {"by_decision", delivery.decision}})});
    }
  }
  if (added->id) {
    entries.push_back(
        {store::AuditKind::meant, at, run, delivery.account,
         dumped({{"decision", delivery.decision},
                 {"kind", store::to_text(store::kind_of(delivery.payload))},
                 {"payload", Json::parse(store::payload_to_json(delivery.payload))}})});
  }
  if (const auto noted = ledger.audit.append(transaction, entries); !noted) return noted.error();
  return added;
}

}  // namespace upselld::daemon
