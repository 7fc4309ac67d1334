// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/ledger.h"

namespace upselld::daemon {

// Adds a delivery, with the audit's entries: that it is meant, and which older ones will never be
// sent because of it. Success tells the same.
Result<store::AddedDelivery> add_delivery(Ledger& ledger, store::Transaction& transaction,
                                          const std::string& run,
                                          const store::NewDelivery& delivery, Instant at);

}  // namespace upselld::daemon
