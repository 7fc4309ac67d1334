// SPDX-License-Identifier: Apache-2.0
#include "daemon/decide.h"

#include <utility>

namespace upselld::daemon {
namespace {

// Contacts and approvals are looked up only where they can matter, and then asked again: most
// accounts get no task.
Result<void> choose_with_contacts(const AccountCases& cases, const AccountCase& one,
                                  const DecideInput& input, const playbook::Frame& frame,
                                  CaseDecision& decision) {
  playbook::Candidate candidate = candidate_of(cases, one);
  decision.choice = playbook::choose(*cases.playbook, candidate, frame, input.today);
  const bool may_need = decision.choice.wish || decision.choice.withheld ||
                        decision.choice.held == hold::kApprovalPending;
  if (!may_need) return {};
  auto contacts = input.contacts(one.facts.number);
  if (!contacts) return contacts.error();
  const bool is_withheld = decision.choice.withheld.has_value();
  const std::string action =
      is_withheld ? decision.choice.withheld->wish.action : decision.choice.action;
  auto approval = input.approval(one.facts.number, action);
  if (!approval) return approval.error();
  decision.contacts = std::move(*contacts);
  decision.approval = *approval;
  candidate.contacts = decision.contacts;
  candidate.approval = decision.approval;
  decision.choice = playbook::choose(*cases.playbook, candidate, frame, input.today);
  return {};
}

// Tasks that a person has to say yes to are no wishes yet.
bool is_asked_first(const AccountCases& cases, const std::string& action) {
  const playbook::Action* rule = cases.playbook->action(action);
  return rule != nullptr && rule->approve;
}

void assign(const AccountCases& cases, const DecideInput& input, Decided& decided) {
  std::vector<playbook::TaskWish> wishes;
  for (std::size_t i = 0; i < decided.decisions.size(); ++i) {
    const playbook::Choice& choice = decided.decisions[i].choice;
    const bool is_wish = choice.wish && choice.held.empty();
    const bool is_withheld =
        choice.withheld && !is_asked_first(cases, choice.withheld->wish.action);
    if (!is_wish && !is_withheld) continue;
    decided.wishes.push_back(i);
    wishes.push_back(is_wish ? *choice.wish : choice.withheld->wish);
  }
  const auto outcomes =
      playbook::assign_tasks(*cases.playbook, wishes, input.reps, input.this_week);
  for (std::size_t w = 0; w < outcomes.size(); ++w) {
    CaseDecision& decision = decided.decisions[decided.wishes[w]];
    if (wishes[w].held_out) {
      decision.withheld = outcomes[w];
      continue;
    }
    if (!outcomes[w].task) {
      decision.held = outcomes[w].held;
      continue;
    }
    decision.task = outcomes[w].task;
  }
}

// Same day, same answer: when the day's tasks were made already, what was said about them stands,
// as long as everything else about the account is the same.
std::string same_day_held(const AccountCase& one, const playbook::Choice& choice,
                          const playbook::Today& today) {
  const AccountMemory& memory = one.memory;
  const bool same_day = memory.decided && memory.decided_on == today.day && !today.tasks_due;
  const bool same_answer = memory.action == choice.action && memory.segment == choice.segment &&
                           memory.band == choice.band;
  return same_day && same_answer ? memory.held : choice.held;
}

// What became of tasks goes into the memory that choose() made.
void remember(const DecideInput& input, Decided& decided) {
  for (CaseDecision& decision : decided.decisions) {
    AccountMemory& memory = decision.choice.memory;
    memory.held = decision.held;
    if (!input.make_tasks) continue;
    if (decision.task) {
      playbook::remember_task(memory, *decision.task, decision.choice.action, input.today.day);
    }
    if (decision.withdrawal) {
      memory.task.status = TaskState::Status::withdrawn;
      memory.task.closed_at = input.today.now;
    }
  }
}

}  // namespace

playbook::Candidate candidate_of(const AccountCases& cases, const AccountCase& one) {
  playbook::Candidate candidate;
  candidate.account = &one.facts;
  candidate.features = cases.row_of(one);
  candidate.score = one.score ? &*one.score : nullptr;
  candidate.not_scored = one.not_scored;
  candidate.memory = &one.memory;
  candidate.group_has_open_task = one.group_has_open_task;
  candidate.is_task_unsent = one.is_task_unsent;
  candidate.is_task_kept = one.is_task_kept;
  candidate.group = one.group;
  candidate.id_hash = one.id_hash;
  return candidate;
}

std::optional<Trial> trial_of(const AccountCases& cases, const AccountCase& one,
                              const CaseDecision& decision, Day day) {
  const playbook::Choice& choice = decision.choice;
  const bool is_sent = decision.task || decision.held == hold::kApprovalPending;
  const bool is_contacted = choice.wish && is_sent;
  const bool is_held_out =
      choice.withheld && (is_asked_first(cases, choice.withheld->wish.action) ||
                          (decision.withheld && decision.withheld->task));
  if (!is_contacted && !is_held_out) return std::nullopt;
  const playbook::TaskWish& wish = is_contacted ? *choice.wish : choice.withheld->wish;
  Trial trial = {.account = one.facts.id,
                 .day = day,
                 .action = wish.action,
                 .rule = is_contacted ? choice.rule : choice.withheld->rule,
                 .task_type = wish.type,
                 .held_out = is_held_out,
                 .probability = {}};
  if (one.score && one.score->has_probability) trial.probability = one.score->probability;
  return trial;
}

Result<Decided> decide(const AccountCases& cases, const DecideInput& input) {
  std::vector<playbook::Candidate> candidates;
  candidates.reserve(cases.cases.size());
  for (const AccountCase& one : cases.cases) {
    if (one.is_ours()) candidates.push_back(candidate_of(cases, one));
  }
  Decided decided;
  decided.today = input.today;
  decided.reps = input.reps;
  decided.this_week = input.this_week;
  decided.frame = playbook::make_frame(*cases.playbook, candidates, input.today);
  decided.decisions.resize(cases.cases.size());
  for (std::size_t i = 0; i < cases.cases.size(); ++i) {
    const AccountCase& one = cases.cases[i];
    CaseDecision& decision = decided.decisions[i];
    decision.choice.memory = one.memory;
    decision.withdrawal =
        playbook::withdrawal(*cases.playbook, candidate_of(cases, one), input.today);
    if (!one.is_ours()) continue;  // neither scored nor written; only a task may have to go
    const auto chosen = choose_with_contacts(cases, one, input, decided.frame, decision);
    if (!chosen) return chosen.error();
    decision.held = same_day_held(one, decision.choice, input.today);
    if (input.write_all && decision.choice.changes.empty()) {
      decision.choice.changes.emplace_back("first");
    }
    decision.crossed = one.memory.decided && (one.memory.segment != decision.choice.segment ||
                                              one.memory.band != decision.choice.band);
  }
  assign(cases, input, decided);
  remember(input, decided);
  return decided;
}

}  // namespace upselld::daemon
