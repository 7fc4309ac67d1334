// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <fmt/format.h>

#include "playbook/account_values.h"
#include "playbook/holds.h"
#include "playbook/tasks.h"

namespace upselld::playbook {

namespace {

// Why the task has to go, for the rep who sees it closed; empty: it stays.
std::string reason_to_withdraw(const Playbook& playbook, const Candidate& candidate,
                               const Today& today) {
  const AccountFacts& account = *candidate.account;
  const TaskMemory& task = candidate.memory->task;
  if (!account.deleted_at.is_missing() || !account.in_scope) {
    return "this account is no longer among those that upselld looks after";
  }
  if (account.opted_out) return "the customer does not want to be profiled";
  const AccountValues values(playbook, candidate, today.zone);
  const double age = values.number(playbook.rules().segments.last_order);
  if (!std::isnan(age)) {
    const Day ordered = today.day - static_cast<std::int32_t>(std::floor(age));
    // An order of the day itself came after the task: bought_recently would have held it before.
    if (ordered >= task.decided_on) {
      return fmt::format("the customer has bought: order of {}", told_day(ordered, today.day));
    }
  }
  if (today.now > task.due + playbook.rules().tasks.expire) {
    return fmt::format("it was due on {} and nobody took it up",
                       told_day(today.zone.day_of(task.due), today.day));
  }
  if (!candidate.is_task_unsent) return {};
  const std::string held =
      held_meanwhile(playbook, values, marks_of(playbook, candidate, values, today));
  return held.empty() ? held : "it was not sent yet, and now the account is held: " + held;
}

}  // namespace

std::optional<TaskWithdrawal> withdrawal(const Playbook& playbook, const Candidate& candidate,
                                         const Today& today, bool undone) {
  if (candidate.memory == nullptr) return std::nullopt;
  const TaskMemory& task = candidate.memory->task;
  if (!task.is_open() || candidate.is_task_kept) return std::nullopt;
  const std::string why =
      undone ? "the run that made it was undone" : reason_to_withdraw(playbook, candidate, today);
  if (why.empty()) return std::nullopt;
  return TaskWithdrawal{task.key, "", why};
}

}  // namespace upselld::playbook
