// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/cycle.h"

namespace upselld::daemon {
namespace {

struct OpenTask {
  std::uint32_t account = 0;
  AccountMemory memory;
};

bool apply(const TaskState& state, TaskMemory& task) {
  const TaskMemory before = task;
  task.status = state.status;
  task.outcome = state.outcome;
  task.closed_at = state.closed_at;
  return !(task == before);
}

// A task that could not be sent in time is no task any more: as if it had never been decided, so
// that today's rules speak about the account.
Result<void> drop_overdue(Cycle& cycle, store::DeliveryId id, OpenTask& open,
                          store::Transaction& transaction) {
  Ledger& ledger = cycle.app.ledger();
  const Instant at = cycle.app.clock().now();
  const auto delivery = ledger.outbox.find(id);
  if (!delivery) return delivery.error();
  const auto cancelled = ledger.outbox.cancel(transaction, {&id, 1}, at);
  if (!cancelled) return cancelled.error();
  const nlohmann::ordered_json payload = {
      {"delivery", id}, {"task", (*delivery)->task_key}, {"why", "due before it could be sent"}};
  const auto appended = ledger.audit.append(
      transaction,
      {store::AuditKind::superseded, at, cycle.run, (*delivery)->account, payload.dump()});
  if (!appended) return appended;
  open.memory.task = TaskMemory{};
  if (const auto fell = ledger.rounds.fall(transaction); !fell) return fell;
  return ledger.decisions.remember(transaction, open.account, open.memory);
}

}  // namespace

Result<void> outcomes_stage(Cycle& cycle, ConnectionCycle& connection) {
  Ledger& ledger = cycle.app.ledger();
  if (connection.link->settings->write != WriteLevel::fields_and_tasks) return {};
  std::map<std::string, OpenTask> open;
  // Closed ones too, for an outcome may be filled in later.
  const auto each =
      ledger.decisions.each_memory([&](std::uint32_t account, AccountMemory&& memory) {
        const TaskMemory& task = memory.task;
        const bool is_settled = task.status == TaskState::Status::deleted ||
                                task.status == TaskState::Status::withdrawn;
        if (task.key.empty() || is_settled || !task.outcome.empty()) return;
        const std::string key = task.key;
        open[key] = {account, std::move(memory)};
      });
  if (!each) return each;
  auto transaction = store::Transaction::begin(ledger.database, "overdue", store::Durability::full);
  if (!transaction) return transaction.error();
  std::vector<std::string> keys;
  for (auto& [key, task] : open) {
    // A task that never arrived is not one that a person deleted.
    const auto sent = ledger.outbox.task_of(key);
    if (!sent) return sent.error();
    // The other CRM's.
    if (*sent && (*sent)->connection != connection.link->name()) continue;
    if (!*sent || (*sent)->state == store::DeliveryState::done) {
      keys.push_back(key);
    } else if ((*sent)->state == store::DeliveryState::meant && task.memory.task.due < cycle.now) {
      const auto dropped = drop_overdue(cycle, (*sent)->id, task, *transaction);
      if (!dropped) return dropped;
    }
  }
  // No transaction stays open while a CRM is asked.
  if (const auto dropped = transaction->commit(); !dropped) return dropped;
  if (keys.empty()) return {};
  const auto states = connection.link->connector->task_states(keys);
  if (!states) return states.error();
  auto reading = store::Transaction::begin(ledger.database, "outcomes", store::Durability::full);
  if (!reading) return reading.error();
  for (const TaskState& state : *states) {
    const auto at = open.find(state.key);
    if (at == open.end() || !apply(state, at->second.memory.task)) continue;
    const auto remembered =
        ledger.decisions.remember(*reading, at->second.account, at->second.memory);
    if (!remembered) return remembered;
    if (const auto fell = ledger.rounds.fall(*reading); !fell) return fell;
  }
  return reading->commit();
}

}  // namespace upselld::daemon
