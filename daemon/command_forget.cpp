// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "daemon/account_lookup.h"
#include "daemon/command_list.h"
#include "daemon/cycle.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

// Keeps what a connector answers to a batch of one.
class OneAnswer : public ReceiptSink {
 public:
  void answer(std::size_t, Receipt receipt) override { receipt_ = std::move(receipt); }
  Result<void> checkpoint(const Continuation&) override { return {}; }
  bool is_settled() const {
    return receipt_.outcome == Receipt::Outcome::accepted ||
           receipt_.outcome == Receipt::Outcome::already_there;
  }
  const Receipt& receipt() const { return receipt_; }

 private:
  Receipt receipt_;
};

// The CRM first: when that fails nothing of ours is gone yet and the command can be run again.
Result<void> empty_crm(App& app, const Link& link, const store::AccountHit& hit) {
  if (link.settings->write == WriteLevel::nothing) return {};
  const auto memory = app.ledger().decisions.memory(hit.number);
  if (!memory) return memory.error();
  FieldUpdate update;
  update.account = hit.id;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (static_cast<Field>(f) != Field::pause_until) update.values[f] = "";
  }
  OneAnswer fields;
  const auto updated = link.connector->update_fields({&update, 1}, fields, {});
  if (!updated) return updated;
  if (!fields.is_settled()) {
    return Error{ErrorKind::unavailable,
                 "forget " + hit.id + ": the fields could not be emptied: " +
                     printable(fields.receipt().message) + "; nothing was removed, run it again",
                 {}};
  }
  const TaskMemory& task = memory->task;
  if (task.key.empty() || task.status != TaskState::Status::open) return {};
  const TaskWithdrawal withdrawal = {task.key, "", "the account was forgotten"};
  OneAnswer withdrawn;
  return link.connector->withdraw_tasks({&withdrawal, 1}, withdrawn, {});
}

}  // namespace

Result<int> forget_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto hit = one_account(**app, invocation.arguments.front());
  if (!hit) return hit.error();
  for (const Link& link : (*app)->links()) {
    if (link.name() != hit->connection) continue;
    if (const auto emptied = empty_crm(**app, link, *hit); !emptied) return emptied.error();
  }
  auto records = (*app)->open_records();
  if (!records) return records.error();
  Ledger& ledger = (*app)->ledger();
  {
    auto transaction =
        store::Transaction::begin(ledger.database, "forget", store::Durability::full);
    if (!transaction) return transaction.error();
    const Instant at = (*app)->clock().now();
    const auto forgotten = ledger.forgotten.forget(
        *transaction, ledger.audit, {hit->number, hit->connection, hit->id}, new_run_id(at), at);
    if (!forgotten) return forgotten.error();
    const auto erased = (*records)->erase_account(*transaction, hit->number);
    if (!erased) return erased.error();
    if (const auto committed = transaction->commit(); !committed) return committed.error();
  }
  records->reset();
  if (const auto truncated = ledger.forgotten.truncate_log(); !truncated) return truncated.error();
  std::cout << hit->connection << ":" << hit->id
            << " is forgotten: fields emptied, tasks withdrawn, records, decisions and audit "
               "payloads removed\nthe next pull does not bring it back; backups made before still "
               "hold it\n";
  return kDone;
}

}  // namespace upselld::daemon
