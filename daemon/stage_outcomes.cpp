// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/cycle.h"
#include "daemon/deliver.h"
#include "daemon/merged_tasks.h"

namespace upselld::daemon {
namespace {

struct OpenTask {
  std::uint32_t account = 0;
  AccountMemory memory;
};

// An index that is late shows by then what was sent.
constexpr Duration kShownAfter = hours(24);

using OverdueTasks = std::map<std::string, store::KeyedTask>;
using StandingIds = std::map<std::string, std::string>;  // by key; empty: it may stand

// Of overdue tasks that an unanswered attempt may have made, those that stand after a day.
Result<StandingIds> that_stand(Connector& connector, const store::Outbox& outbox,
                               const OverdueTasks& overdue, Instant now) {
  std::vector<std::string> keys;
  StandingIds standing;
  for (const auto& [key, task] : overdue) {
    if (task.doubted_at.is_missing() || now < task.doubted_at + kShownAfter) continue;
    keys.push_back(key);
    const auto delivery = outbox.find(task.id);
    if (!delivery) return delivery.error();
    if (*delivery && is_said_to_stand((*delivery)->receipt)) standing[key] = "";
  }
  if (keys.empty()) return standing;
  const auto found = connector.find_tasks(keys);
  if (!found) return found.error();
  for (const FoundTask& task : *found) standing[task.key] = task.crm_id;
  return standing;
}

bool may_stand(const std::string& key, const store::KeyedTask& task, const StandingIds& standing,
               Instant now) {
  if (task.doubted_at.is_missing()) return false;
  if (now < task.doubted_at + kShownAfter) return true;
  const auto at = standing.find(key);
  if (at == standing.end()) return false;
  // Where no look is sure, delivering tells people of it. What is to be sent once more was told.
  return !at->second.empty() || task.state == store::DeliveryState::unknown;
}

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
  if (const auto lost = ledger.outbox.send_again(transaction, {&id, 1}); !lost) return lost;
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

// What was refused may be taken now that the settings or the account changed.
Result<void> retry_refused(Cycle& cycle, ConnectionCycle& connection) {
  Ledger& ledger = cycle.app.ledger();
  auto transaction = store::Transaction::begin(ledger.database, "retry", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto count =
      ledger.outbox.retry_changed(*transaction, connection.link->name(), cycle.app.settings_hash());
  if (!count) return count.error();
  if (*count > 0) {
    connection.report.notes.push_back(fmt::format(
        "refused before and tried again, for the settings or the account changed: {}", *count));
  }
  return transaction->commit();
}

bool is_unsettled(store::DeliveryState state) {
  return state == store::DeliveryState::meant || state == store::DeliveryState::deferred ||
         state == store::DeliveryState::unknown;
}

// No overdue task is sent, for the first time or again: drops those that did not arrive; those that
// may have are only looked for. Gives the keys of what did arrive.
Result<std::vector<std::string>> settle_overdue(Cycle& cycle, const ConnectionCycle& connection,
                                                std::map<std::string, OpenTask>& open) {
  Ledger& ledger = cycle.app.ledger();
  std::vector<std::string> arrived;
  OverdueTasks overdue;
  for (const auto& [key, task] : open) {
    // A task that never arrived is not one that a person deleted.
    const auto sent = ledger.outbox.task_of(key);
    if (!sent) return sent.error();
    // The other CRM's.
    if (*sent && (*sent)->connection != connection.link->name()) continue;
    if (!*sent || (*sent)->state == store::DeliveryState::done) {
      arrived.push_back(key);
      continue;
    }
    const bool is_overdue = is_unsettled((*sent)->state) && task.memory.task.due < cycle.now;
    if (is_overdue) overdue[key] = **sent;
  }
  // No transaction stays open while a CRM is asked.
  const auto standing = that_stand(*connection.link->connector, ledger.outbox, overdue, cycle.now);
  if (!standing) return standing.error();
  auto transaction = store::Transaction::begin(ledger.database, "overdue", store::Durability::full);
  if (!transaction) return transaction.error();
  for (const auto& [key, task] : overdue) {
    const auto settled = may_stand(key, task, *standing, cycle.now)
                             ? ledger.outbox.only_look_for(*transaction, task.id)
                             : drop_overdue(cycle, task.id, open.at(key), *transaction);
    if (!settled) return settled.error();
  }
  if (const auto dropped = transaction->commit(); !dropped) return dropped.error();
  return arrived;
}

}  // namespace

Result<void> outcomes_stage(Cycle& cycle, ConnectionCycle& connection) {
  Ledger& ledger = cycle.app.ledger();
  if (!cycle.options.dry_run) {
    if (const auto folded = fold_merged_tasks(cycle); !folded) return folded;
  }
  const WriteLevel write = connection.link->settings->write;
  if (write != WriteLevel::nothing && !cycle.options.dry_run) {
    if (const auto retried = retry_refused(cycle, connection); !retried) return retried;
  }
  if (write != WriteLevel::fields_and_tasks) return {};
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
  const auto keys = settle_overdue(cycle, connection, open);
  if (!keys) return keys.error();
  if (keys->empty()) return {};
  const auto states = connection.link->connector->task_states(*keys);
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
