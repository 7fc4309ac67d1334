// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "core/instant.h"
#include "daemon/codec.h"
#include "daemon/ledger.h"

namespace upselld::daemon {

// What a person did outside of a run: one audit entry, under an id of its own. `account` is empty
// where it is about none. Text that is no UTF-8 is kept with replacement characters.
struct AuditNote {
  store::AuditKind kind;
  Json payload;
  store::AccountRef account;
};

// In the caller's transaction, with what it tells of.
Result<void> note_act(Ledger& ledger, store::Transaction& transaction, const AuditNote& note,
                      Instant at);
// In a transaction of its own: before the act, where that writes nothing to the store.
Result<void> note_act_alone(Ledger& ledger, const AuditNote& note, Instant at);

}  // namespace upselld::daemon
