// SPDX-License-Identifier: Apache-2.0
#include "playbook/choose.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "playbook/account_values.h"
#include "playbook/bands.h"
#include "playbook/fields.h"
#include "playbook/holds.h"
#include "playbook/reasons.h"
#include "playbook/task_text.h"
#include "playbook/tasks.h"

namespace upselld::playbook {

namespace {

constexpr double kPointsMaterial = 0.5;  // of a score from 0 to 100
constexpr double kShareMaterial = 0.1;   // of the score itself
constexpr const char* kHoldRule = "hold ";

const AccountMemory& memory_of(const Candidate& candidate) {
  static const AccountMemory kNothing;
  return candidate.memory == nullptr ? kNothing : *candidate.memory;
}

// Band and decile of today, with what the band has to remember.
HeldBand rank(const Frame& frame, const Candidate& candidate, const Today& today,
              AccountValues& values) {
  if (candidate.score == nullptr) return {};
  const HeldBand held =
      band_with_memory(frame, values.segment, candidate, memory_of(candidate), today.day);
  values.band = held.band;
  values.decile = decile_by_rank(frame, values.segment, candidate);
  return held;
}

void tag(const Playbook& playbook, const Frame& frame, AccountValues& values, Choice& choice) {
  for (const Tag& tag : playbook.rules().tags) {
    const bool applies = holds(tag.when, values, frame.tag_cuts);
    values.tags.push_back(applies);
    if (applies) choice.tags.push_back(tag.name);
  }
}

TaskWish make_wish(const TaskSubject& about, const Today& today) {
  const Candidate& candidate = about.candidate;
  const AccountFacts& account = *candidate.account;
  TaskWish wish;
  wish.account = account.id;
  wish.group = candidate.group.empty() ? account.id : candidate.group;
  wish.action = about.action.name;
  const std::string of = today.several ? today.instance + "." + account.connection : today.instance;
  wish.key = task_key(of, account, about.action.name, today.day);
  wish.contact = about.contact == nullptr ? "" : about.contact->id;
  wish.account_owner = account.owner;
  for (const OwnerRule& owner : about.playbook.rules().tasks.owners) {
    if (!owner.when || holds(*owner.when, about.values)) wish.owners.push_back(owner.to);
  }
  wish.type = about.action.task->type;
  wish.due = about.due;
  wish.subject = tell_subject(about, today);
  wish.body = tell_body(about, today);
  wish.score_at_creation = score_text(candidate.score);
  const bool has_value = candidate.score != nullptr && !std::isnan(candidate.score->rank_value);
  wish.expected_value = has_value ? candidate.score->rank_value : 0;
  wish.id_hash = candidate.id_hash;
  return wish;
}

// Looks up the action, and why it leads to no task.
void act(const Playbook& playbook, const Candidate& candidate, const AccountValues& values,
         const Marks& marks, const Today& today, Choice& choice) {
  const std::string silence = silenced_by(marks);
  const Action* action = silence.empty() ? playbook.first_match(values) : nullptr;
  ContactChoice contact;
  if (action != nullptr) {
    choice.action = action->name;
    choice.label = action->label;
    choice.rule = to_text(action->place) + " " + action->name;
    if (action->task) contact = choose_contact(candidate.contacts, action->task->type);
  } else if (!silence.empty()) {
    choice.rule = kHoldRule + silence;
  }
  choice.held = held_by(playbook, candidate, values, marks, action, contact, today);
  // A task that waits for a yes is wished for as well: it is what the person says yes to.
  const bool wanted = choice.held.empty() || choice.held == hold::kApprovalPending;
  if (!wanted || action == nullptr || !action->task || !today.tasks_due) return;
  const Instant due = due_at(today.now, action->task->due, today.zone);
  choice.wish = make_wish({playbook, *action, candidate, values, contact.contact, due}, today);
}

// The same question, asked as if the account had not been drawn: with it held-out accounts can be
// compared with those that the same rules sent somebody to.
std::optional<Withheld> withheld_from(const Playbook& playbook, const Candidate& candidate,
                                      const AccountValues& values, Marks marks,
                                      const Today& today) {
  marks.held_out = false;
  Choice other;
  act(playbook, candidate, values, marks, today, other);
  if (!other.wish) return std::nullopt;
  other.wish->held_out = true;
  return Withheld{other.rule, std::move(*other.wish)};
}

bool is_score_changed(const std::optional<double>& before, const Score* now) {
  const bool has = has_likelihood(now);
  if (has != before.has_value()) return true;
  if (!has) return false;
  const double moved = std::abs(now->probability - *before);
  return 100 * moved >= kPointsMaterial || (moved > 0 && moved >= kShareMaterial * *before);
}

// Held-out, excluded and opted-out accounts show it in their status.
std::string silence_in(const std::string& rule) {
  return rule.rfind(kHoldRule, 0) == 0 ? rule : "";
}

AccountMemory remember(const Candidate& candidate, const Choice& choice, const HeldBand& held,
                       const Today& today) {
  AccountMemory memory = memory_of(candidate);
  memory.decided = true;
  memory.decided_on = today.day;
  memory.segment = choice.segment;
  memory.band = choice.band;
  memory.band_beyond = held.beyond;
  memory.band_beyond_since = held.beyond_since;
  memory.decile = choice.decile;
  memory.tags = choice.tags;
  memory.action = choice.action;
  memory.rule = choice.rule;
  memory.held = choice.held;
  if (choice.changes.empty()) return memory;
  memory.probability.reset();
  if (has_likelihood(candidate.score)) memory.probability = candidate.score->probability;
  memory.reason_order = reason_order(shown_reasons(candidate.score));
  memory.model_version = candidate.score == nullptr ? "" : candidate.score->model_version;
  memory.refreshed_on = today.day;
  return memory;
}

}  // namespace

Choice choose(const Playbook& playbook, const Candidate& candidate, const Frame& frame,
              const Today& today) {
  AccountValues values(playbook, candidate, today.zone);
  Choice choice;
  const HeldBand held = rank(frame, candidate, today, values);
  choice.band = values.band;
  choice.decile = values.decile;
  tag(playbook, frame, values, choice);
  const Marks marks = marks_of(playbook, candidate, values, today);
  // Nothing is told about a customer who does not want it.
  if (marks.opted_out) {
    choice = {};
  } else {
    choice.segment = playbook.names().segments()[values.segment];
  }
  act(playbook, candidate, values, marks, today, choice);
  if (marks.held_out) choice.withheld = withheld_from(playbook, candidate, values, marks, today);
  choice.fields = make_fields(choice, candidate, marks, today);
  choice.changes = material_changes(memory_of(candidate), choice, candidate, today);
  choice.memory = remember(candidate, choice, held, today);
  return choice;
}

std::vector<std::string> material_changes(const AccountMemory& before, const Choice& now,
                                          const Candidate& candidate, const Today& today) {
  if (!before.decided) return {"first"};
  std::vector<std::string> changes;
  if (is_score_changed(before.probability, candidate.score)) changes.emplace_back("score");
  if (before.band != now.band) changes.emplace_back("band");
  if (before.segment != now.segment) changes.emplace_back("segment");
  if (before.action != now.action) changes.emplace_back("action");
  if (before.reason_order != reason_order(shown_reasons(candidate.score))) {
    changes.emplace_back("reasons");
  }
  if (silence_in(before.rule) != silence_in(now.rule)) changes.emplace_back("status");
  const auto age_days = static_cast<std::int64_t>(today.day.number - before.refreshed_on.number);
  if (changes.empty() && age_days * days(1).ms >= today.refresh.ms) changes.emplace_back("refresh");
  return changes;
}

}  // namespace upselld::playbook
