// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_tasks.h"

#include <algorithm>
#include <utility>

#include "plugins/salesforce/salesforce_fields.h"

namespace upselld::plugins::salesforce {

namespace {

bool is_lock(const Fault& fault) {
  return class_of(fault) == FaultClass::retry;
}

}  // namespace

Result<void> TaskWriter::check_key_field() {
  const auto task = describe_.object("Task");
  if (!task) return task.error();
  const FieldInfo* field = *task == nullptr ? nullptr : (*task)->field(key_);
  if (field == nullptr) {
    return Error{ErrorKind::forbidden,
                 "no task is created: Task." + key_ +
                     " is missing, or this user may not see it; run: upselld prepare",
                 {}};
  }
  if (field->is_unique && field->createable) return {};
  return Error{ErrorKind::forbidden,
               "no task is created: Task." + key_ +
                   (field->is_unique ? " may not be set by this user; assign the permission set"
                                     : " is not unique, so a task could be made twice; delete the "
                                       "field and run: upselld prepare"),
               {}};
}

Result<void> TaskWriter::create(std::span<const TaskDraft> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  if (auto good = check_key_field(); !good) return good;
  std::vector<std::string> keys;
  for (const TaskDraft& task : batch) keys.push_back(task.key);
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  if (auto learnt = learn_users(batch); !learnt) return learnt;
  PendingTasks pending(batch.size(), sink);
  pending.answer_standing(keys, [&](const std::string& key) {
    const auto there = standing->find(key);
    return there == standing->end() ? std::nullopt : std::optional(there->second.id);
  });
  const Instant later = client_.host().clock().now() + kLockedUntil;
  return settle_in_groups(pending, PendingTasks::by_account(batch), attempts(), later,
                          [&](std::span<const std::size_t> group, Duration pause) {
                            return send_group(batch, group, pause, pending);
                          });
}

Result<void> TaskWriter::send_group(std::span<const TaskDraft> batch,
                                    std::span<const std::size_t> group, Duration pause,
                                    PendingTasks& pending) {
  CollectionsCall call;
  call.doing = "create tasks";
  call.method = "POST";
  call.repeatable = false;
  call.wait_before = pause;
  std::vector<std::size_t> sent;
  for (const std::size_t i : group) {
    const auto owner = owner_id(pending.is_for_fallback(i) ? "" : batch[i].owner);
    if (!owner) return owner.error();
    if (owner->empty()) {
      Fault none;
      none.code = "INACTIVE_OWNER_OR_USER";
      none.message = "nobody active to give the task to";
      pending.settle(i, rejected(none));
      continue;
    }
    auto record = record_of(batch[i], *owner);
    if (!record) return record.error();
    call.records.push_back(std::move(*record));
    sent.push_back(i);
  }
  if (sent.empty()) return {};
  if (auto kept = pending.sink().checkpoint({"tasks"}); !kept) return kept;
  const auto results = send_collection(client_, call);
  if (!results) {
    if (results.error().kind == ErrorKind::timed_out) return settle_lost(batch, sent, pending);
    return results.error();
  }
  std::vector<std::string> doubled;
  for (std::size_t k = 0; k < sent.size(); ++k) {
    const RowResult& row = (*results)[k];
    const std::size_t i = sent[k];
    if (!row.fault) {
      pending.created(i, row.id);
    } else if (class_of(*row.fault) == FaultClass::duplicate) {
      // Somebody was faster, or it was us, and the answer got lost.
      doubled.push_back(batch[i].key);
    } else if (row.fault->code == "INACTIVE_OWNER_OR_USER" && !pending.is_for_fallback(i)) {
      pending.give_to_fallback(i);
    } else if (is_lock(*row.fault)) {
      pending.note(i, *row.fault);
    } else {
      pending.settle(i, rejected(*row.fault));
    }
  }
  if (doubled.empty()) return {};
  const auto standing = look_up(doubled);
  if (!standing) return standing.error();
  for (const std::size_t i : sent) {
    if (pending.is_settled(i)) continue;
    const auto there = standing->find(batch[i].key);
    if (there != standing->end()) pending.already_there(i, there->second.id);
  }
  // A duplicate that is not our key is somebody else's rule.
  for (std::size_t k = 0; k < sent.size(); ++k) {
    const auto& fault = (*results)[k].fault;
    if (!fault || pending.is_settled(sent[k])) continue;
    if (class_of(*fault) == FaultClass::duplicate) pending.settle(sent[k], rejected(*fault));
  }
  return {};
}

// The answer was lost. What stands there was created; of the rest nothing is known, for it may
// still be on its way.
Result<void> TaskWriter::settle_lost(std::span<const TaskDraft> batch,
                                     std::span<const std::size_t> group, PendingTasks& pending) {
  std::vector<std::string> keys;
  for (const std::size_t i : group) keys.push_back(batch[i].key);
  const auto standing = look_up(keys);
  for (const std::size_t i : group) {
    const bool is_there = standing && standing->count(batch[i].key) > 0;
    if (is_there) {
      pending.created(i, standing->at(batch[i].key).id);
    } else {
      pending.settle(i, Receipt{});
    }
  }
  return {};
}

}  // namespace upselld::plugins::salesforce
