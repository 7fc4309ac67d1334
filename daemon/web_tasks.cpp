// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_tasks.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "daemon/account_names.h"
#include "daemon/web_routes.h"

namespace upselld::daemon {
namespace {

// Tasks and withdrawals together; what is older than these is not counted.
constexpr std::size_t kRowsMax = 4'000;
constexpr std::size_t kRowsShownMax = 200;
constexpr std::size_t kRejectedShownMax = 500;

struct KnownTask {
  store::Delivery delivery;
  std::string state;  // waiting, open, done, withdrawn, deleted, rejected, not made
  std::string outcome;
  Instant closed_at = Instant::missing();

  const TaskDraft& draft() const { return std::get<TaskDraft>(delivery.payload); }
};

std::string state_before_crm(store::DeliveryState state) {
  switch (state) {
    case store::DeliveryState::meant:
    case store::DeliveryState::sending:
    case store::DeliveryState::unknown:
    case store::DeliveryState::deferred:
      return "waiting";
    case store::DeliveryState::done:
      return "open";
    case store::DeliveryState::rejected:
      return "rejected";
    case store::DeliveryState::superseded:
    case store::DeliveryState::cancelled:
      return "not made";
  }
  return "?";
}

std::string state_in_crm(TaskState::Status status) {
  return to_text(status);
}

// Newest first. An account remembers its newest task; of the ones before is known that they are not
// open any more, for there is one open task at most.
Result<std::vector<KnownTask>> known_tasks(App& app) {
  auto rows = app.ledger().outbox.newest_tasks(kRowsMax);
  if (!rows) return rows.error();
  std::set<std::string> withdrawn;
  std::vector<KnownTask> tasks;
  for (store::Delivery& row : *rows) {
    if (row.kind() == store::DeliveryKind::withdrawal) {
      const bool is_done = row.state == store::DeliveryState::done;
      const bool is_kept = row.receipt.outcome == Receipt::Outcome::already_there &&
                           !row.receipt.crm_id.empty();  // people had touched it
      if (is_done && !is_kept) withdrawn.insert(row.task_key);
      continue;
    }
    KnownTask task;
    task.state = state_before_crm(row.state);
    task.delivery = std::move(row);
    if (task.state == "open") {
      const auto memory = app.ledger().decisions.memory(task.delivery.account.number);
      if (!memory) return memory.error();
      const bool is_newest = memory->task.key == task.delivery.task_key;
      task.state = is_newest ? state_in_crm(memory->task.status) : "closed";
      task.outcome = is_newest ? memory->task.outcome : "";
      if (is_newest) task.closed_at = memory->task.closed_at;
      if (withdrawn.count(task.delivery.task_key) != 0) task.state = "withdrawn";
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

Json task_json(const KnownTask& task, const std::string& name, const std::string& owner) {
  const TaskDraft& draft = task.draft();
  return {{"key", task.delivery.task_key},
          {"account", task.delivery.account.id},
          {"connection", task.delivery.account.connection},
          {"name", name},
          {"owner", owner},
          {"type", draft.type},
          {"subject", draft.subject},
          {"due", to_text(draft.due)},
          {"made_at", to_text(task.delivery.meant_at)},
          {"state", task.state},
          {"outcome", task.outcome},
          {"closed_at", instant_json(task.closed_at)},
          {"why", task.delivery.receipt.message}};
}

Json totals_of(const std::vector<KnownTask>& tasks) {
  std::map<std::string, std::int64_t> states, outcomes;
  for (const KnownTask& task : tasks) {
    ++states[task.state];
    if (!task.outcome.empty()) ++outcomes[task.outcome];
  }
  Json out = {{"tasks", tasks.size()}, {"states", Json::object()}, {"outcomes", Json::object()}};
  for (const auto& [state, count] : states) out["states"][state] = count;
  for (const auto& [outcome, count] : outcomes) out["outcomes"][outcome] = count;
  if (!tasks.empty()) out["since"] = to_text(tasks.back().delivery.meant_at);
  return out;
}

}  // namespace

Result<Json> task_totals(App& app) {
  const auto tasks = known_tasks(app);
  if (!tasks) return tasks.error();
  return totals_of(*tasks);
}

Result<WebAnswer> tasks_page(const WebContext& context) {
  const auto offset = number_of(context.request, "offset", 0, kRowsMax);
  if (!offset) return offset.error();
  const auto count = number_of(context.request, "count", 50, kRowsShownMax);
  if (!count) return count.error();
  const std::string state = context.request.parameter("state");
  const std::string rep = context.request.parameter("rep");
  const auto tasks = known_tasks(context.app);
  if (!tasks) return tasks.error();
  AccountNames names(context.app);
  std::map<std::string, std::map<std::string, std::int64_t>> reps;
  Json rows = Json::array();
  std::size_t found = 0;
  for (const KnownTask& task : *tasks) {
    const std::string owner = names.rep(task.delivery.account.connection, task.draft().owner);
    ++reps[owner][task.state];
    if ((!state.empty() && task.state != state) || (!rep.empty() && owner != rep)) continue;
    if (found++ < *offset || rows.size() >= *count) continue;
    const auto named = names.of(task.delivery.account);
    if (!named) return named.error();
    rows.push_back(task_json(task, named->name, owner));
  }
  Json out = totals_of(*tasks);
  out["reps"] = Json::array();
  for (const auto& [owner, states] : reps) {
    Json counts = Json::object();
    for (const auto& [name, number] : states) counts[name] = number;
    out["reps"].push_back({{"rep", owner}, {"states", counts}});
  }
  out["found"] = found;
  out["offset"] = *offset;
  out["rows"] = rows;
  return json_answer(out);
}

Result<WebAnswer> rejected_page(const WebContext& context) {
  store::OutboxFilter filter;
  filter.state = store::DeliveryState::rejected;
  filter.count_max = kRejectedShownMax + 1;
  const auto rejected = context.app.ledger().outbox.list(filter);
  if (!rejected) return rejected.error();
  AccountNames names(context.app);
  Json rows = Json::array();
  for (const store::Delivery& one : *rejected) {
    if (rows.size() == kRejectedShownMax) break;
    const auto named = names.of(one.account);
    if (!named) return named.error();
    rows.push_back({{"account", one.account.id},
                    {"connection", one.account.connection},
                    {"name", named->name},
                    {"what", store::to_text(one.kind())},
                    {"code", one.receipt.code},
                    {"field", one.receipt.field},
                    {"message", one.receipt.message},
                    {"attempt", one.attempt},
                    {"at", instant_json(one.settled_at)}});
  }
  return json_answer({{"rows", rows}, {"more", rejected->size() > kRejectedShownMax}});
}

Result<WebAnswer> approvals_page(const WebContext& context) {
  const auto approvals = context.app.ledger().approvals.list(store::ApprovalState::pending);
  if (!approvals) return approvals.error();
  AccountNames names(context.app);
  Json rows = Json::array();
  for (const store::Approval& one : *approvals) {
    if (rows.size() == kRejectedShownMax) break;
    const auto named = names.of(one.account);
    if (!named) return named.error();
    rows.push_back({{"key", one.task.key},
                    {"account", one.account.id},
                    {"connection", one.account.connection},
                    {"name", named->name},
                    {"action", one.action},
                    {"owner", names.rep(one.account.connection, one.task.owner)},
                    {"type", one.task.type},
                    {"subject", one.task.subject},
                    {"body", one.task.body},
                    {"asked_at", to_text(one.asked_at)}});
  }
  return json_answer({{"found", approvals->size()}, {"rows", rows}});
}

}  // namespace upselld::daemon
