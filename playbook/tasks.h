// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/delivery.h"
#include "core/records.h"
#include "playbook/candidate.h"
#include "playbook/choose.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// Held because nobody in tasks.owner is there to do it. Not one of core's built-in reasons.
inline constexpr const char* kNoOwner = "no_owner";

// Tasks already made in the week of a day, per owner as TaskDraft::owner spells it.
using WeekCounts = std::map<std::string, std::int64_t>;
// Monday of the day's week: where counting begins.
Day week_start(Day day);

struct TaskOutcome {
  std::optional<TaskDraft> task;
  std::string held;  // when there is no task: capacity_reached, task_open, no_owner
};

// Gives each wish to the first of its owners who is active, best expected value first, within
// `per_rep_and_week` and one task per parent group. One outcome per wish, in the order of `wishes`;
// that of a held-out one is what it would have been among the others.
std::vector<TaskOutcome> assign_tasks(const Playbook& playbook, std::span<const TaskWish> wishes,
                                      std::span<const RepFacts> reps, const WeekCounts& this_week);

// The account's memory after this task was made: it is open from now on.
void remember_task(AccountMemory& memory, const TaskDraft& task, const std::string& action,
                   Day decided_on);

// The withdrawal of the account's open task, if it has to go: bought, opted out, left the scope,
// 14 days past its due day, or undone; one that is in no CRM yet also for what would hold a new
// one. The CRM's id is left to the caller.
std::optional<TaskWithdrawal> withdrawal(const Playbook& playbook, const Candidate& candidate,
                                         const Today& today, bool undone = false);

// `instance.account.action.local date`, at most 80 bytes. Where there are several connections, the
// instance has the account's after a dot.
std::string task_key(const std::string& instance, const AccountFacts& account,
                     const std::string& action, Day day);

// `from` plus so many days and hours, counted in working days (Monday to Friday) and moved to the
// next moment between 09:00 and 17:00 local time.
Instant due_at(Instant from, Duration after, const TimeZone& zone);

// The contact for a task of this type: active, allowed to be called or mailed, touched last.
// `allowed`: false only when contacts are known and none of them may be used.
struct ContactChoice {
  const ContactFacts* contact = nullptr;
  bool allowed = true;
};
ContactChoice choose_contact(std::span<const ContactFacts> contacts, const std::string& type);

}  // namespace upselld::playbook
