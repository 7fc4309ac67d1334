// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/deliver.h"

// What became of deliveries that were sent and never answered.
namespace upselld::daemon {
namespace {

using store::Delivery;
using store::DeliveryKind;
using store::DeliveryState;

// For so long what may stand though no look finds it is looked for.
constexpr Duration kLookedFor = hours(24);

Receipt found_as(const std::string& crm_id) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::already_there;
  receipt.crm_id = crm_id;
  return receipt;
}

Receipt never_found() {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::rejected;
  receipt.code = "NOT_FOUND_AGAIN";
  receipt.message =
      "it was sent, no answer came, and for a day it was not found: made or not, nobody can tell; "
      "look at the account, then: upselld rejected retry";
  return receipt;
}

Receipt refused(Receipt receipt) {
  receipt.outcome = Receipt::Outcome::rejected;
  return receipt;
}

}  // namespace

bool is_said_to_stand(const Receipt& receipt) {
  return receipt.outcome == Receipt::Outcome::unknown && !receipt.message.empty();
}

Result<void> Deliverer::settle_unknown() {
  if (const auto tasks = settle_unknown_tasks(); !tasks) return tasks;
  if (const auto withdrawals = settle_unknown_withdrawals(); !withdrawals) return withdrawals;
  return settle_unknown_fields();
}

Result<std::vector<Delivery>> Deliverer::unknown_of(DeliveryKind kind) const {
  return site_.ledger.outbox.list(
      {site_.connection, kind, DeliveryState::unknown, 0, kDeliveryBatchMax});
}

// One that holds was ours; what people closed or deleted is theirs.
Result<void> Deliverer::settle_unknown_withdrawals() {
  const auto unknown = unknown_of(DeliveryKind::withdrawal);
  if (!unknown) return unknown.error();
  if (unknown->empty()) return {};
  std::vector<std::string> keys;
  for (const Delivery& delivery : *unknown) keys.push_back(delivery.task_key);
  const auto states = site_.connector.task_states(keys);
  if (!states) return states.error();
  std::map<std::string, TaskState> ended;
  for (const TaskState& task : *states) {
    if (task.status != TaskState::Status::open) ended[task.key] = task;
  }
  std::vector<store::DeliveryId> lost;
  Batch settled;
  for (const Delivery& delivery : *unknown) {
    const auto at = ended.find(delivery.task_key);
    if (at == ended.end()) {
      lost.push_back(delivery.id);
      continue;
    }
    Receipt receipt = found_as(at->second.crm_id);
    if (at->second.status == TaskState::Status::withdrawn) {
      receipt.outcome = Receipt::Outcome::accepted;
    }
    settled.deliveries.push_back(delivery);
    settled.receipts.push_back(std::move(receipt));
  }
  settled.before.resize(settled.deliveries.size());
  if (const auto stored = store_answers(settled, settled.receipts); !stored) return stored;
  return send_again(lost);
}

// What becomes of a task that no look has found. Whatever nobody wants any more is never sent
// again: it is looked for until it would have shown.
Result<Deliverer::Unfound> Deliverer::unfound(const Delivery& delivery, bool may_stand) const {
  const auto withdrawn = site_.ledger.outbox.is_withdrawn(delivery.task_key);
  if (!withdrawn) return withdrawn.error();
  const Instant now = site_.clock.now();
  const bool is_overdue = std::get<TaskDraft>(delivery.payload).due < now;
  const bool is_sure = !may_stand && !is_said_to_stand(delivery.receipt);
  if (is_sure && !*withdrawn && !is_overdue) return Unfound::send_again;
  if (now < delivery.doubted_at + kLookedFor) return Unfound::look_on;
  if (*withdrawn) return Unfound::give_up;
  // The next sync drops it, together with what is remembered of it.
  return is_sure ? Unfound::look_on : Unfound::refuse;
}

Result<void> Deliverer::settle_unknown_tasks() {
  const auto unknown = unknown_of(DeliveryKind::task);
  if (!unknown) return unknown.error();
  if (unknown->empty()) return {};
  std::vector<std::string> keys;
  for (const Delivery& delivery : *unknown) keys.push_back(delivery.task_key);
  const auto found = site_.connector.find_tasks(keys);
  if (!found) return found.error();
  std::map<std::string, std::string> known;  // ids by key; empty: it may stand
  for (const FoundTask& task : *found) known[task.key] = task.crm_id;
  std::vector<store::DeliveryId> lost;
  std::vector<Delivery> unwanted;
  Batch settled;
  const auto settle = [&](const Delivery& delivery, Receipt receipt) {
    settled.deliveries.push_back(delivery);
    settled.receipts.push_back(std::move(receipt));
  };
  for (const Delivery& delivery : *unknown) {
    const auto at = known.find(delivery.task_key);
    const bool is_known = at != known.end();
    if (is_known && !at->second.empty()) {
      settle(delivery, found_as(at->second));
      continue;
    }
    const auto next = unfound(delivery, is_known);
    if (!next) return next.error();
    switch (*next) {
      case Unfound::send_again:
        lost.push_back(delivery.id);
        break;
      case Unfound::look_on:
        ++report_.unknown;
        break;
      case Unfound::give_up:
        unwanted.push_back(delivery);
        break;
      case Unfound::refuse:
        settle(delivery, is_known ? never_found() : refused(delivery.receipt));
        break;
    }
  }
  settled.before.resize(settled.deliveries.size());
  if (const auto stored = store_answers(settled, settled.receipts); !stored) return stored;
  if (const auto again = send_again(lost); !again) return again;
  return give_up(unwanted);
}

// They were withdrawn before they were ever seen, and would have shown by now.
Result<void> Deliverer::give_up(const std::vector<Delivery>& deliveries) {
  if (deliveries.empty()) return {};
  auto transaction =
      store::Transaction::begin(site_.ledger.database, "give_up", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant now = site_.clock.now();
  for (const Delivery& delivery : deliveries) {
    const std::vector<store::DeliveryId> one = {delivery.id};
    if (const auto lost = site_.ledger.outbox.send_again(*transaction, one); !lost) return lost;
    const auto cancelled = site_.ledger.outbox.cancel(*transaction, one, now);
    if (!cancelled) return cancelled.error();
    const nlohmann::ordered_json payload = {{"delivery", delivery.id},
                                            {"task", delivery.task_key},
                                            {"why", "withdrawn, and never found"}};
    const auto appended = site_.ledger.audit.append(
        *transaction,
        {store::AuditKind::superseded, now, site_.run, delivery.account, payload.dump()});
    if (!appended) return appended;
  }
  return transaction->commit();
}

// Writing the same field values again harms nobody, so unknown ones are simply due again: the read
// before the write tells our own attempt from a person's edit.
Result<void> Deliverer::settle_unknown_fields() {
  const auto unknown = site_.ledger.outbox.list(
      {site_.connection, DeliveryKind::fields, DeliveryState::unknown, 0, kDeliveryBatchMax});
  if (!unknown) return unknown.error();
  if (unknown->empty()) return {};
  std::vector<store::DeliveryId> ids;
  for (const Delivery& delivery : *unknown) ids.push_back(delivery.id);
  return send_again(ids);
}

Result<void> Deliverer::send_again(const std::vector<store::DeliveryId>& deliveries) {
  auto transaction =
      store::Transaction::begin(site_.ledger.database, "send_again", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto again = site_.ledger.outbox.send_again(*transaction, deliveries);
  return again ? transaction->commit() : again;
}

}  // namespace upselld::daemon
