// SPDX-License-Identifier: Apache-2.0
#include "playbook/holds.h"

#include "core/decision.h"

namespace upselld::playbook {

namespace {

Duration cooldown_after(const Cooldowns& cooldowns, const std::string& outcome) {
  if (outcome == "not_now") return cooldowns.not_now;
  if (outcome == "wrong_suggestion") return cooldowns.wrong_suggestion;
  if (outcome == "declined") return cooldowns.declined;
  return cooldowns.standard;
}

// A task that a person deleted is never made again: as long as it is the newest one its action
// stays held. Nothing follows a task on its own day, because the key would be the same.
bool is_cooling_down(const TaskRules& rules, const TaskMemory& task, const Action& action,
                     const Today& today) {
  if (task.key.empty() || task.is_open()) return false;
  if (task.status == TaskState::Status::deleted && task.action == action.name) return true;
  if (task.decided_on >= today.day) return true;
  const Instant closed =
      task.closed_at.is_missing() ? today.zone.start_of(task.decided_on) : task.closed_at;
  return today.midnight < closed + cooldown_after(rules.cooldown, task.outcome);
}

// A yes is for one task. Any task made since it has used it up, or has come in between: then the
// account is not the one that somebody said yes to.
bool is_approved(const Candidate& candidate, const Action& action) {
  if (!action.approve) return true;
  if (!candidate.approval || candidate.approval->action != action.name) return false;
  const bool had_task = candidate.memory != nullptr && !candidate.memory->task.key.empty();
  return !had_task || candidate.memory->task.decided_on < candidate.approval->given_on;
}

bool is_too_old(const Playbook& playbook, const Today& today) {
  return today.data_as_of.is_missing() ||
         today.now - today.data_as_of > playbook.rules().too_old_data;
}

std::string first_test_that_holds(const Playbook& playbook, const AccountValues& values) {
  for (const HoldTest& test : playbook.rules().hold_tests) {
    if (holds(test.when, values)) return test.name;
  }
  return {};
}

}  // namespace

Marks marks_of(const Playbook& playbook, const Candidate& candidate, const AccountValues& values,
               const Today& today) {
  const Rules& rules = playbook.rules();
  const AccountFacts& account = *candidate.account;
  Marks marks;
  marks.outside_pilot = rules.pilot && !holds(*rules.pilot, values);
  marks.excluded = rules.never && holds(*rules.never, values);
  marks.paused =
      !account.pause_until.is_missing() && today.day < today.zone.day_of(account.pause_until);
  marks.opted_out = account.opted_out || candidate.not_scored == hold::kOptedOut;
  const std::string& group = candidate.group.empty() ? account.id : candidate.group;
  marks.held_out = is_held_out(today.salt, account.connection, group, rules.holdout);
  return marks;
}

std::string silenced_by(const Marks& marks) {
  if (marks.excluded) return hold::kExcluded;
  if (marks.opted_out) return hold::kOptedOut;
  return marks.held_out ? hold::kHoldout : "";
}

std::string held_meanwhile(const Playbook& playbook, const AccountValues& values,
                           const Marks& marks) {
  if (marks.outside_pilot) return hold::kNotInPilot;
  if (marks.excluded) return hold::kExcluded;
  if (marks.paused) return hold::kPaused;
  return first_test_that_holds(playbook, values);
}

std::string held_by(const Playbook& playbook, const Candidate& candidate,
                    const AccountValues& values, const Marks& marks, const Action* action,
                    const ContactChoice& contact, const Today& today) {
  if (marks.outside_pilot) return hold::kNotInPilot;
  if (marks.excluded) return hold::kExcluded;
  if (marks.paused) return hold::kPaused;
  if (marks.opted_out) return hold::kOptedOut;
  const bool asks_for_task = action != nullptr && action->task;
  if (asks_for_task && !contact.allowed) return hold::kNoContactAllowed;
  if (marks.held_out) return hold::kHoldout;
  if (action == nullptr) {
    return values.band.value_or(Band::low) == Band::low ? hold::kLowBand : hold::kNoRule;
  }
  if (!asks_for_task) return {};
  const std::string test = first_test_that_holds(playbook, values);
  if (!test.empty()) return test;
  static const TaskMemory kNoTask;
  const TaskMemory& task = candidate.memory == nullptr ? kNoTask : candidate.memory->task;
  if (task.is_open() || candidate.group_has_open_task) return hold::kTaskOpen;
  if (is_cooling_down(playbook.rules().tasks, task, *action, today)) return hold::kCoolingDown;
  if (is_too_old(playbook, today)) return hold::kTooOldData;
  return is_approved(candidate, *action) ? "" : hold::kApprovalPending;
}

}  // namespace upselld::playbook
