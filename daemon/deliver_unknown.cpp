// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "daemon/deliver.h"

// What became of deliveries that were sent and never answered.
namespace upselld::daemon {
namespace {

using store::Delivery;
using store::DeliveryKind;
using store::DeliveryState;

// For so long what may stand all the same is looked for.
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

}  // namespace

Result<void> Deliverer::settle_unknown() {
  if (const auto tasks = settle_unknown_tasks(); !tasks) return tasks;
  return settle_unknown_fields();
}

// By key what is known of each: tasks that are there, or may be; withdrawals that hold.
Result<std::map<std::string, FoundTask>> Deliverer::arrived(DeliveryKind kind,
                                                            const std::vector<std::string>& keys) {
  std::map<std::string, FoundTask> known;
  if (kind == DeliveryKind::task) {
    const auto found = site_.connector.find_tasks(keys);
    if (!found) return found.error();
    for (const FoundTask& task : *found) known[task.key] = task;
    return known;
  }
  const auto states = site_.connector.task_states(keys);
  if (!states) return states.error();
  for (const TaskState& task : *states) {
    if (task.status != TaskState::Status::open) known[task.key] = {task.key, task.crm_id};
  }
  return known;
}

Result<void> Deliverer::settle_unknown_tasks() {
  for (const DeliveryKind kind : {DeliveryKind::task, DeliveryKind::withdrawal}) {
    auto unknown =
        site_.outbox.list({site_.connection, kind, DeliveryState::unknown, 0, kDeliveryBatchMax});
    if (!unknown) return unknown.error();
    if (unknown->empty()) continue;
    std::vector<std::string> keys;
    for (const Delivery& delivery : *unknown) keys.push_back(delivery.task_key);
    const auto known = arrived(kind, keys);
    if (!known) return known.error();
    std::vector<store::DeliveryId> lost;
    Batch settled;
    std::vector<Receipt> receipts;
    for (const Delivery& delivery : *unknown) {
      const auto task = known->find(delivery.task_key);
      if (task == known->end()) {
        lost.push_back(delivery.id);
        continue;
      }
      const bool may_stand = kind == DeliveryKind::task && task->second.crm_id.empty();
      if (may_stand && site_.clock.now() < delivery.sent_at + kLookedFor) {
        ++report_.unknown;
        continue;
      }
      settled.deliveries.push_back(delivery);
      receipts.push_back(may_stand ? never_found() : found_as(task->second.crm_id));
    }
    settled.before.resize(settled.deliveries.size());
    if (const auto stored = store_answers(settled, receipts); !stored) return stored;
    if (const auto again = send_again(lost); !again) return again;
  }
  return {};
}

// Writing the same field values again harms nobody, so unknown ones are simply due again: the read
// before the write tells our own attempt from a person's edit.
Result<void> Deliverer::settle_unknown_fields() {
  const auto unknown = site_.outbox.list(
      {site_.connection, DeliveryKind::fields, DeliveryState::unknown, 0, kDeliveryBatchMax});
  if (!unknown) return unknown.error();
  if (unknown->empty()) return {};
  std::vector<store::DeliveryId> ids;
  for (const Delivery& delivery : *unknown) ids.push_back(delivery.id);
  return send_again(ids);
}

Result<void> Deliverer::send_again(const std::vector<store::DeliveryId>& deliveries) {
  auto transaction =
      store::Transaction::begin(site_.database, "send_again", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto again = site_.outbox.send_again(*transaction, deliveries);
  return again ? transaction->commit() : again;
}

}  // namespace upselld::daemon
