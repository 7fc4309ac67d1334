// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/trial.h"
#include "daemon/account_cases.h"
#include "playbook/choose.h"
#include "playbook/frame.h"
#include "playbook/tasks.h"

namespace upselld::daemon {

// What a round of decisions needs besides the accounts.
struct DecideInput {
  playbook::Today today;
  std::vector<RepFacts> reps;
  playbook::WeekCounts this_week;
  // Contacts of one account, asked for only where a task may be made.
  std::function<Result<std::vector<ContactFacts>>(std::uint32_t account)> contacts;
  // The newest answer about the account and action, if it is a yes that is not used up.
  std::function<Result<std::optional<playbook::Approval>>(std::uint32_t account,
                                                          const std::string& action)>
      approval;
  bool write_all = false;   // everything is written, whether it changed or not
  bool make_tasks = false;  // false: wished tasks are shown, and not remembered as made
};

// The decision about one case. `choice.memory` is what the next run must remember, a new task
// included; `held` is choice.held or why the wished task was not made.
struct CaseDecision {
  playbook::Choice choice;
  std::string held;
  std::vector<ContactFacts> contacts;
  std::optional<playbook::Approval> approval;
  std::optional<TaskDraft> task;
  std::optional<playbook::TaskOutcome> withheld;  // what choice.withheld would have become
  std::optional<TaskWithdrawal> withdrawal;
  bool crossed = false;  // another segment or band than before
  bool is_change() const { return !choice.changes.empty() || task || withdrawal; }
};

struct Decided {
  playbook::Today today;
  playbook::Frame frame;
  std::vector<CaseDecision> decisions;  // one per case, in order
  std::vector<std::size_t> wishes;  // cases with a wish or a withheld one, in order of the cases
  std::vector<RepFacts> reps;       // as the caps saw them
  playbook::WeekCounts this_week;
};

// Decides about every case. Reads nothing but its arguments; writes nothing.
Result<Decided> decide(const AccountCases& cases, const DecideInput& input);

// The trial that this decision would begin, if it is the account's first: somebody is sent there or
// asked for a yes to it, or only the hold-out kept them away.
std::optional<Trial> trial_of(const AccountCases& cases, const AccountCase& one,
                              const CaseDecision& decision, Day day);

// The candidate of one case, as the playbook sees it. Points into the arguments.
playbook::Candidate candidate_of(const AccountCases& cases, const AccountCase& one);

}  // namespace upselld::daemon
