// SPDX-License-Identifier: Apache-2.0
#include "playbook/tasks.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "core/digest.h"

namespace upselld::playbook {

namespace {

constexpr std::size_t kKeyBytesMax = 80;  // of the field in the CRM
constexpr std::size_t kKeyHashHexDigits = 32;

bool is_same_email(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

const RepFacts* find_rep(std::span<const RepFacts> reps, const std::string& who) {
  for (const RepFacts& rep : reps) {
    if (rep.id == who || (!rep.email.empty() && is_same_email(rep.email, who))) return &rep;
  }
  return nullptr;
}

// The owner's id or address, or empty when nobody of the list is there. Who is named in the
// playbook but is no rep (a shared mailbox, a queue) is taken at the admin's word; an account's
// owner whom the CRM's reps do not show has left.
std::string route(const TaskWish& wish, std::span<const RepFacts> reps) {
  for (const std::string& owner : wish.owners) {
    const std::string& who = owner.empty() ? wish.account_owner : owner;
    if (who.empty()) continue;
    const RepFacts* rep = find_rep(reps, who);
    if (rep != nullptr && rep->active) return rep->id;
    if (rep == nullptr && (!owner.empty() || reps.empty())) return who;
  }
  return {};
}

TaskDraft draft_of(const TaskWish& wish, const std::string& owner) {
  return {.key = wish.key,
          .account = wish.account,
          .contact = wish.contact,
          .owner = owner,
          .type = wish.type,
          .due = wish.due,
          .subject = wish.subject,
          .body = wish.body,
          .score_at_creation = wish.score_at_creation};
}

std::vector<std::size_t> best_first(std::span<const TaskWish> wishes) {
  std::vector<std::size_t> order(wishes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const TaskWish& left = wishes[a];
    const TaskWish& right = wishes[b];
    if (left.expected_value != right.expected_value) {
      return left.expected_value > right.expected_value;
    }
    if (left.id_hash != right.id_hash) return left.id_hash > right.id_hash;
    return left.key < right.key;
  });
  return order;
}

}  // namespace

std::vector<TaskOutcome> assign_tasks(const Playbook& playbook, std::span<const TaskWish> wishes,
                                      std::span<const RepFacts> reps, const WeekCounts& this_week) {
  WeekCounts counts = this_week;
  std::set<std::string_view> groups;
  std::vector<TaskOutcome> outcomes(wishes.size());
  for (const std::size_t index : best_first(wishes)) {
    const TaskWish& wish = wishes[index];
    TaskOutcome& outcome = outcomes[index];
    const std::string owner = route(wish, reps);
    if (groups.count(wish.group) != 0) {
      outcome.held = hold::kTaskOpen;
    } else if (owner.empty()) {
      outcome.held = kNoOwner;
    } else if (counts[owner] >= playbook.rules().tasks.per_rep_and_week) {
      outcome.held = hold::kCapacityReached;
    } else {
      outcome.task = draft_of(wish, owner);
      groups.insert(wish.group);
      if (!wish.held_out) ++counts[owner];  // nobody gets less for it
    }
  }
  return outcomes;
}

void remember_task(AccountMemory& memory, const TaskDraft& task, const std::string& action,
                   Day decided_on) {
  memory.task = {.key = task.key,
                 .action = action,
                 .owner = task.owner,
                 .decided_on = decided_on,
                 .due = task.due,
                 .status = TaskState::Status::open,
                 .outcome = "",
                 .closed_at = Instant::missing()};
}

std::string task_key(const std::string& instance, const AccountFacts& account,
                     const std::string& action, Day day) {
  const std::string key = fmt::format("{}.{}.{}.{}", instance, account.id, action, to_text(day));
  if (key.size() <= kKeyBytesMax) return key;
  Sha256 digest;
  digest.add_part(instance);
  digest.add_part(account.id);
  return fmt::format("h{}.{}.{}", hex(digest.finish()).substr(0, kKeyHashHexDigits), action,
                     to_text(day));
}

ContactChoice choose_contact(std::span<const ContactFacts> contacts, const std::string& type) {
  ContactChoice choice;
  choice.allowed = contacts.empty() || type == "todo";
  for (const ContactFacts& contact : contacts) {
    const bool may = type == "call" ? contact.may_call : type != "email" || contact.may_mail;
    if (!contact.active || !may) continue;
    choice.allowed = true;
    const bool is_better =
        choice.contact == nullptr || contact.last_touch_at > choice.contact->last_touch_at ||
        (contact.last_touch_at == choice.contact->last_touch_at && contact.id < choice.contact->id);
    if (is_better) choice.contact = &contact;
  }
  return choice;
}

}  // namespace upselld::playbook
