// SPDX-License-Identifier: Apache-2.0
#include "daemon/audit_note.h"

#include "daemon/cycle.h"

namespace upselld::daemon {

Result<void> note_act(Ledger& ledger, store::Transaction& transaction, const AuditNote& note,
                      Instant at) {
  const std::string text = note.payload.dump(-1, ' ', false, Json::error_handler_t::replace);
  return ledger.audit.append(transaction, {note.kind, at, new_run_id(at), note.account, text});
}

Result<void> note_act_alone(Ledger& ledger, const AuditNote& note, Instant at) {
  auto transaction =
      store::Transaction::begin(ledger.database, "audit_note", store::Durability::full);
  if (!transaction) return transaction.error();
  if (const auto noted = note_act(ledger, *transaction, note, at); !noted) return noted;
  return transaction->commit();
}

}  // namespace upselld::daemon
