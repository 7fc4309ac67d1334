// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/our_tasks.h"

#include <algorithm>
#include <utility>

#include "core/time_zone.h"

namespace upselld::plugins {

namespace {

template <typename Task>
std::vector<std::string> keys_of(std::span<const Task> batch) {
  std::vector<std::string> keys;
  for (const Task& task : batch) keys.push_back(task.key);
  return keys;
}

// A task that no look finds, after the day in its key. Looks lag by minutes.
constexpr int kLookedForDays = 1;
constexpr Duration kLookedForAgain = hours(1);

bool is_untouched(const StandingTask& task) {
  return !task.is_deleted && !task.is_done && !task.is_taken && task.outcome.empty() &&
         task.note.empty();
}

TaskState state_of(const std::string& key, const StandingTask& task) {
  TaskState state;
  state.key = key;
  state.crm_id = task.id;
  state.outcome = outcome_of(task.outcome);
  state.note = task.note;
  const bool is_withdrawn =
      task.is_done && task.outcome.empty() && task.body.find(kWithdrawn) != std::string::npos;
  if (task.is_deleted) {
    state.status = TaskState::Status::deleted;
  } else if (is_withdrawn) {
    state.status = TaskState::Status::withdrawn;
  } else if (task.is_done || !state.outcome.empty()) {
    state.status = TaskState::Status::done;
  }
  if (state.status != TaskState::Status::open) {
    state.closed_at = task.done_at.is_missing() ? task.changed_at : task.done_at;
  }
  return state;
}

Receipt there_already(const std::string& id) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::already_there;
  receipt.crm_id = id;
  return receipt;
}

Refusal refusal_in(const Receipt& receipt) {
  return {receipt.code, receipt.message, receipt.field};
}

Receipt closed_receipt(TaskAnswer answer, Instant later) {
  switch (answer.fate) {
    case TaskAnswer::Fate::done: {
      Receipt receipt;
      receipt.outcome = Receipt::Outcome::accepted;
      receipt.crm_id = answer.id;
      return receipt;
    }
    case TaskAnswer::Fate::unsaid:
      return {};
    case TaskAnswer::Fate::again:
      return deferred(refusal_in(answer.receipt), later);
    case TaskAnswer::Fate::doubled:
    case TaskAnswer::Fate::no_owner:
    case TaskAnswer::Fate::settled:
      break;
  }
  return std::move(answer.receipt);
}

}  // namespace

struct OurTasks::Closings {
  std::vector<TaskClosing> tasks;
  std::vector<std::size_t> items;  // their places in the batch
};

Result<void> OurTasks::create(std::span<const TaskDraft> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  if (auto good = check_key(); !good) return good;
  std::vector<std::string> keys = keys_of(batch);
  const auto standing = look_up(keys, Look::state);
  if (!standing) return standing.error();
  if (auto learnt = learn_owners(batch); !learnt) return learnt;
  PendingTasks pending(batch.size(), sink);
  for (std::string& key : keys) key = compared(key);
  pending.answer_standing(keys, [&](const std::string& key) {
    const auto there = standing->find(key);
    return there == standing->end() ? std::nullopt : std::optional(there->second.id);
  });
  const Instant later = host_.clock().now() + kDueAgain;
  return settle_in_groups(pending, PendingTasks::by_account(batch), attempts(), later,
                          [&](std::span<const std::size_t> group, Duration pause) {
                            return send_group(batch, group, pause, pending);
                          });
}

Result<void> OurTasks::send_group(std::span<const TaskDraft> batch,
                                  std::span<const std::size_t> group, Duration pause,
                                  PendingTasks& pending) {
  std::vector<TaskDraft> tasks;
  std::vector<std::string> records;
  std::vector<std::size_t> sent;
  for (const std::size_t i : group) {
    auto record = record_of(batch[i], pending.is_for_fallback(i));
    if (!record) return record.error();
    if (record->refusal) {
      pending.settle(i, rejected(*record->refusal));
      continue;
    }
    tasks.push_back(batch[i]);
    records.push_back(std::move(record->json));
    sent.push_back(i);
  }
  if (sent.empty()) return {};
  if (auto kept = pending.sink().checkpoint({"tasks"}); !kept) return kept;
  auto answers = send_new(tasks, records, pause);
  if (!answers) {
    if (answers.error().kind == ErrorKind::timed_out) return settle_lost(batch, sent, pending);
    return answers.error();
  }
  std::vector<std::size_t> unsaid;
  std::map<std::size_t, TaskAnswer> doubled;
  for (std::size_t k = 0; k < sent.size(); ++k) {
    const std::size_t i = sent[k];
    TaskAnswer& answer = (*answers)[k];
    switch (answer.fate) {
      case TaskAnswer::Fate::done:
        pending.created(i, answer.id);
        break;
      case TaskAnswer::Fate::unsaid:
        unsaid.push_back(i);
        break;
      case TaskAnswer::Fate::doubled:
        // Somebody was faster, or it was us, and the answer got lost.
        doubled.emplace(i, std::move(answer));
        break;
      case TaskAnswer::Fate::again:
        pending.note(i, refusal_in(answer.receipt));
        break;
      case TaskAnswer::Fate::no_owner:
        if (pending.is_for_fallback(i))
          pending.settle(i, std::move(answer.receipt));
        else
          pending.give_to_fallback(i);
        break;
      case TaskAnswer::Fate::settled:
        pending.settle(i, std::move(answer.receipt));
        break;
    }
  }
  if (auto settled = settle_lost(batch, unsaid, pending); !settled) return settled;
  return settle_doubled(batch, doubled, pending);
}

// The answer was lost. What stands there was created; of the rest nothing is known, for it may
// still be on its way.
Result<void> OurTasks::settle_lost(std::span<const TaskDraft> batch,
                                   std::span<const std::size_t> group, PendingTasks& pending) {
  if (group.empty()) return {};
  std::vector<std::string> keys;
  for (const std::size_t i : group) keys.push_back(batch[i].key);
  const auto looked = look_up(keys, Look::state);
  const StandingTasks standing = looked ? *looked : StandingTasks{};
  for (const std::size_t i : group) {
    const auto there = standing.find(compared(batch[i].key));
    if (there != standing.end())
      pending.created(i, there->second.id);
    else
      pending.settle(i, Receipt{});
  }
  return {};
}

Result<void> OurTasks::settle_doubled(std::span<const TaskDraft> batch,
                                      const std::map<std::size_t, TaskAnswer>& doubled,
                                      PendingTasks& pending) {
  if (doubled.empty()) return {};
  std::vector<std::string> keys;
  for (const auto& [i, answer] : doubled) keys.push_back(batch[i].key);
  // They may stand, so an error leaves them to be looked for.
  const auto leave = [&](auto from) {
    for (; from != doubled.end(); ++from) pending.settle(from->first, Receipt{});
  };
  const auto standing = look_up(keys, Look::state);
  if (!standing) {
    leave(doubled.begin());
    return standing.error();
  }
  for (auto at = doubled.begin(); at != doubled.end(); ++at) {
    const auto& [i, answer] = *at;
    const auto there = standing->find(compared(batch[i].key));
    if (there != standing->end()) {
      pending.already_there(i, there->second.id);
      continue;
    }
    auto receipt = doubled_unseen(batch[i], answer);
    if (!receipt) {
      leave(at);
      return receipt.error();
    }
    pending.settle(i, std::move(*receipt));
  }
  return {};
}

// Looked at right before, part by part: people work on while a large batch is closed.
Result<void> OurTasks::withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink) {
  std::set<std::string> seen;
  for (std::size_t first = 0; first < batch.size(); first += closings_max()) {
    const auto part = batch.subspan(first, std::min(closings_max(), batch.size() - first));
    if (auto done = withdraw_part(part, first, seen, sink); !done) return done;
  }
  return {};
}

Result<void> OurTasks::withdraw_part(std::span<const TaskWithdrawal> part, std::size_t first,
                                     std::set<std::string>& seen, ReceiptSink& sink) {
  auto standing = look_to_close(part);
  if (!standing) return standing.error();
  if (auto begun = begin_closing(*standing); !begun) return begun;
  Closings due;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto there = standing->find(compared(part[i].key));
    if (there == standing->end()) {
      sink.answer(first + i, not_found(part[i].key));
      continue;
    }
    const StandingTask& task = there->second;
    if (!is_untouched(task) || !seen.insert(task.id).second) {
      sink.answer(first + i, there_already(task.id));
      continue;
    }
    due.tasks.push_back({task, part[i].why});
    due.items.push_back(first + i);
  }
  return close(due, sink);
}

// By key, and by id those that are not found so.
Result<StandingTasks> OurTasks::look_to_close(std::span<const TaskWithdrawal> part) {
  auto standing = look_up(keys_of(part), Look::to_close);
  if (!standing) return standing;
  std::map<std::string, std::string> keys;  // by id
  std::vector<std::string> ids;
  for (const TaskWithdrawal& task : part) {
    if (task.crm_id.empty() || standing->contains(compared(task.key))) continue;
    if (keys.emplace(task.crm_id, compared(task.key)).second) ids.push_back(task.crm_id);
  }
  if (ids.empty()) return standing;
  auto by_id = look_up_ids(ids);
  if (!by_id) return by_id;
  for (auto& [id, task] : *by_id) standing->emplace(keys[id], std::move(task));
  return standing;
}

// Of a task that was made lately the next look may tell. Later there is none to wait for.
Receipt OurTasks::not_found(const std::string& key) const {
  const auto day = parse_day(std::string_view(key).substr(key.rfind('.') + 1));
  const Instant now = host_.clock().now();
  const Day today = TimeZone::utc().day_of(now);
  const bool is_young = day && *day + kLookedForDays >= today && *day <= today + 1;
  if (!looks_lag() || !is_young) return there_already("");
  return deferred({"NOT_FOUND_YET", "no look finds the task yet; it is looked for again", ""},
                  now + kLookedForAgain);
}

Result<void> OurTasks::close(Closings& due, ReceiptSink& sink) {
  const Closings sent = std::exchange(due, {});
  if (sent.items.empty()) return {};
  auto answers = send_closings(sent.tasks);
  const bool is_lost = !answers && answers.error().kind == ErrorKind::timed_out;
  if (!answers && !is_lost) return answers.error();
  const Instant later = host_.clock().now() + kDueAgain;
  for (std::size_t k = 0; k < sent.items.size(); ++k) {
    sink.answer(sent.items[k],
                is_lost ? Receipt{} : closed_receipt(std::move((*answers)[k]), later));
  }
  return {};
}

Result<std::vector<FoundTask>> OurTasks::find(std::span<const std::string> keys) {
  std::vector<FoundTask> found;
  if (keys.empty()) return found;
  const auto standing = look_up(keys, Look::anew);
  if (!standing) return standing.error();
  const auto is_all = finds_all();
  if (!is_all) return is_all.error();
  for (const std::string& key : keys) {
    const auto there = standing->find(compared(key));
    if (there != standing->end())
      found.push_back({key, there->second.id});
    else if (!*is_all)
      found.push_back({key, /*crm_id=*/""});
  }
  return found;
}

Result<std::vector<TaskState>> OurTasks::states(std::span<const std::string> keys) {
  std::vector<TaskState> states;
  if (keys.empty()) return states;
  const auto standing = look_up(keys, Look::state);
  if (!standing) return standing.error();
  for (const std::string& key : keys) {
    const auto there = standing->find(compared(key));
    if (there != standing->end()) states.push_back(state_of(key, there->second));
  }
  return states;
}

}  // namespace upselld::plugins
