// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "daemon/account_lookup.h"
#include "daemon/command_list.h"
#include "daemon/cycle.h"
#include "daemon/forget_in_crm.h"
#include "daemon/text_table.h"
#include "store/forget_account.h"

namespace upselld::daemon {
namespace {

Result<void> forget_here(App& app, std::uint32_t number) {
  auto records = app.open_records();
  if (!records) return records.error();
  Ledger& ledger = app.ledger();
  {
    auto transaction =
        store::Transaction::begin(ledger.database, "forget", store::Durability::full);
    if (!transaction) return transaction.error();
    const Instant at = app.clock().now();
    const auto forgotten = store::forget_account(ledger.database, **records, *transaction, number,
                                                 {new_run_id(at), at});
    if (!forgotten) return forgotten;
    if (const auto committed = transaction->commit(); !committed) return committed;
  }
  records->reset();
  return ledger.forgotten.truncate_log();
}

std::string merged_text(const store::AccountGroup& group) {
  std::string text;
  for (std::size_t i = 1; i < group.accounts.size(); ++i) {
    text += (i == 1 ? " with what was merged into it (" : ", ") + printable(group.accounts[i].id);
  }
  return text.empty() ? text : text + ")";
}

}  // namespace

Result<int> forget_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto hit = one_account(**app, invocation.arguments.front());
  if (!hit) return hit.error();
  Ledger& ledger = (*app)->ledger();
  const auto group = store::account_group(ledger.database, hit->number);
  if (!group) return group.error();
  if (group->accounts.empty()) {
    return Error{ErrorKind::not_found, "no account has that number: name one by its id", {}};
  }
  const auto traces = crm_traces(ledger, *group);
  if (!traces) return traces.error();
  // The CRM first: when that fails nothing of ours is gone yet and the command can be run again.
  std::string in_crm;
  if (invocation.has("--leave-crm")) {
    if (traces->any()) in_crm = "what stands in " + hit->connection + " was left there";
  } else {
    const auto cleared = clear_in_crm(**app, *group, *traces);
    if (!cleared) return cleared.error();
    in_crm = to_text(*cleared);
  }
  if (const auto done = forget_here(**app, hit->number); !done) return done.error();
  std::cout << hit->connection << ":" << printable(hit->id) << merged_text(*group)
            << " is forgotten: " << in_crm << (in_crm.empty() ? "" : ", ")
            << "records, decisions and audit payloads removed\n"
               "the next pull does not bring it back; backups made before still hold it, and "
               "restoring one\nover this store forgets it again\n";
  return kDone;
}

}  // namespace upselld::daemon
