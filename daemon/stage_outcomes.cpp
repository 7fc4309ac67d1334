// SPDX-License-Identifier: Apache-2.0
#include <map>
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
  std::vector<std::string> keys;
  for (const auto& [key, task] : open) {
    // A task that never arrived is not one that a person deleted.
    const auto delivery = ledger.outbox.newest(task.account, store::DeliveryKind::task);
    if (!delivery) return delivery.error();
    const bool arrived = !*delivery || (*delivery)->task_key != key ||
                         (*delivery)->state == store::DeliveryState::done;
    if (arrived) keys.push_back(key);
  }
  if (keys.empty()) return {};
  const auto states = connection.link->connector->task_states(keys);
  if (!states) return states.error();
  auto transaction =
      store::Transaction::begin(ledger.database, "outcomes", store::Durability::full);
  if (!transaction) return transaction.error();
  for (const TaskState& state : *states) {
    const auto at = open.find(state.key);
    if (at == open.end() || !apply(state, at->second.memory.task)) continue;
    const auto remembered =
        ledger.decisions.remember(*transaction, at->second.account, at->second.memory);
    if (!remembered) return remembered;
  }
  return transaction->commit();
}

}  // namespace upselld::daemon
