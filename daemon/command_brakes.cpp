// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/app.h"
#include "daemon/approval_answer.h"
#include "daemon/audit_note.h"
#include "daemon/codec.h"
#include "daemon/command_list.h"
#include "daemon/pause_change.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

std::string first_argument(const Invocation& invocation) {
  return invocation.arguments.empty() ? std::string() : invocation.arguments.front();
}

Result<void> known_connection(App& app, const std::string& name) {
  if (name.empty() || app.settings().connection(name) != nullptr) return {};
  return Error{
      ErrorKind::invalid_config, "there is no connection " + name + " in the settings", {}};
}

// A run that is writing looks at the pauses before each batch.
Result<int> set_pause(const Invocation& invocation, bool paused) {
  auto app = App::open(invocation, Access::brake);
  if (!app) return app.error();
  const PauseChange change = {first_argument(invocation), paused, person_at(invocation),
                              invocation.option("--why")};
  if (const auto known = known_connection(**app, change.connection); !known) return known.error();
  const auto answer = change_pause((*app)->ledger(), change, (*app)->clock().now());
  if (!answer) return answer.error();
  if (invocation.json) {
    std::cout << json_of(change, *answer).dump(2, ' ', false, Json::error_handler_t::replace)
              << "\n";
  } else {
    std::cout << sentence_of(change, *answer) << "\n";
  }
  return kDone;
}

Result<int> answer(const Invocation& invocation, store::ApprovalState state) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const std::string& key = invocation.arguments.front();
  const auto answered = answer_approval(**app, key, state, person_at(invocation));
  if (!answered) return answered.error();
  std::cout << key << ": " << store::to_text(state) << " by " << printable(person_at(invocation))
            << "\n";
  return kDone;
}

std::string listed(const char* name, const Json& rows) {
  return Json({{name, rows}}).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string person_at(const Invocation& invocation) {
  const std::string named = invocation.option("--by");
  if (!named.empty()) return named;
  const char* const login = std::getenv("USER");
  return login != nullptr && *login != '\0' ? login : "uid " + std::to_string(getuid());
}

Result<int> pause_command(const Invocation& invocation) {
  return set_pause(invocation, true);
}

Result<int> resume_command(const Invocation& invocation) {
  return set_pause(invocation, false);
}

Result<int> approvals_list_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto approvals = (*app)->ledger().approvals.list(store::ApprovalState::pending);
  if (!approvals) return approvals.error();
  Json rows = Json::array();
  TextTable table({"KEY", "ACTION", "OWNER", "SUBJECT"});
  for (const store::Approval& one : *approvals) {
    table.add(
        {one.task.key, one.action, printable(one.task.owner, 30), printable(one.task.subject, 80)});
    rows.push_back({{"key", one.task.key},
                    {"action", one.action},
                    {"task", json_of(one.task)},
                    {"asked_at", to_text(one.asked_at)}});
  }
  if (invocation.json) {
    std::cout << listed("approvals", rows);
  } else if (table.empty()) {
    std::cout << "nothing waits for approval\n";
  } else {
    std::cout << table.text()
              << "\nSay yes: upselld approvals yes KEY   no: upselld approvals no KEY\n";
  }
  return kDone;
}

Result<int> approvals_yes_command(const Invocation& invocation) {
  return answer(invocation, store::ApprovalState::approved);
}

Result<int> approvals_no_command(const Invocation& invocation) {
  return answer(invocation, store::ApprovalState::declined);
}

Result<int> rejected_list_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  store::OutboxFilter filter;
  filter.connection = invocation.option("--connection");
  filter.state = store::DeliveryState::rejected;
  const auto rejected = (*app)->ledger().outbox.list(filter);
  if (!rejected) return rejected.error();
  Json rows = Json::array();
  TextTable table({"ACCOUNT", "WHAT", "CODE", "FIELD", "MESSAGE"});
  for (const store::Delivery& one : *rejected) {
    const Receipt& receipt = one.receipt;
    const std::string what = store::to_text(one.kind());
    table.add({one.account.connection + ":" + one.account.id, what, printable(receipt.code, 30),
               printable(receipt.field, 30), printable(receipt.message, 120)});
    rows.push_back({{"account", one.account.id},
                    {"connection", one.account.connection},
                    {"what", what},
                    {"code", receipt.code},
                    {"field", receipt.field},
                    {"message", receipt.message},
                    {"attempt", one.attempt}});
  }
  if (invocation.json) {
    std::cout << listed("rejected", rows);
  } else if (table.empty()) {
    std::cout << "nothing is rejected\n";
  } else {
    std::cout << table.text() << "\nTry them again with the next sync: upselld rejected retry\n";
  }
  return kDone;
}

Result<int> rejected_retry_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  Ledger& ledger = (*app)->ledger();
  auto transaction = store::Transaction::begin(ledger.database, "retry", store::Durability::full);
  if (!transaction) return transaction.error();
  const std::string connection = invocation.option("--connection");
  if (const auto known = known_connection(**app, connection); !known) return known.error();
  const auto count = ledger.outbox.retry(*transaction, connection);
  if (!count) return count.error();
  if (*count > 0) {
    const Json payload = {{"connection", connection.empty() ? "all" : connection},
                          {"items", *count},
                          {"by", person_at(invocation)}};
    const Instant at = (*app)->clock().now();
    const auto noted = note_act(ledger, *transaction, {store::AuditKind::retried, payload, {}}, at);
    if (!noted) return noted.error();
  }
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  if (invocation.json) {
    std::cout << Json({{"retried", *count}}).dump(2) << "\n";
  } else {
    std::cout << *count << " items are tried again with the next sync\n";
  }
  return kDone;
}

}  // namespace upselld::daemon
