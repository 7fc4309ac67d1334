// SPDX-License-Identifier: Apache-2.0
#include "daemon/approval_answer.h"

#include <nlohmann/json.hpp>

#include "daemon/audit_note.h"

namespace upselld::daemon {
namespace {

// About the account, so that it goes when that is forgotten: a key names it.
Result<void> note_answer(App& app, store::Transaction& transaction, const std::string& key,
                         Instant at) {
  const auto approval = app.ledger().approvals.find(key);
  if (!approval) return approval.error();
  const Json payload = {{"task", key},
                        {"action", (*approval)->action},
                        {"answer", store::to_text((*approval)->state)},
                        {"by", (*approval)->by}};
  return note_act(app.ledger(), transaction,
                  {store::AuditKind::answered, payload, (*approval)->account}, at);
}

}  // namespace

Result<void> answer_approval(App& app, const std::string& key, store::ApprovalState answer,
                             const std::string& by) {
  Ledger& ledger = app.ledger();
  auto transaction =
      store::Transaction::begin(ledger.database, "approval", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = app.clock().now();
  const auto is_new = ledger.approvals.decide(*transaction, key, answer, by, at);
  if (!is_new) return is_new.error();
  if (!*is_new) return {};
  if (const auto noted = note_answer(app, *transaction, key, at); !noted) return noted;
  return transaction->commit();
}

}  // namespace upselld::daemon
