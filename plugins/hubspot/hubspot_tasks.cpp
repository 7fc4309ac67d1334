// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_tasks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/settings.h"
#include "plugins/crm/attempts.h"
#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_task_text.h"

namespace upselld::plugins::hubspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr Attempt kAttempts[] = {
    {kBatchMax, seconds(0)}, {kBatchMax, seconds(3)}, {kBatchMax, seconds(6)}};
constexpr std::size_t kSubjectMax = 255;
// From the new task to the other side.
constexpr int kTaskToCompany = 192, kTaskToContact = 204;

Json link_to(const std::string& id, int type) {
  return {{"to", {{"id", id}}},
          {"types", Json::array({Json({{"associationCategory", "HUBSPOT_DEFINED"},
                                       {"associationTypeId", type}})})}};
}

bool is_id(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<void> TaskWriter::create(std::span<const TaskDraft> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  const auto kept = way();
  if (!kept) return kept.error();
  std::vector<std::string> keys;
  for (const TaskDraft& task : batch) keys.push_back(task.key);
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  if (auto learnt = learn_owners(batch); !learnt) return learnt;
  PendingTasks pending(batch.size(), sink);
  for (std::string& key : keys) key = in_lower_case(key);
  pending.answer_standing(keys, [&](const std::string& key) {
    const auto there = standing->find(key);
    return there == standing->end() ? std::nullopt : std::optional(there->second.row.id);
  });
  const Instant later = client_.host().clock().now() + kDueAgain;
  return settle_in_groups(pending, PendingTasks::by_account(batch), kAttempts, later,
                          [&](std::span<const std::size_t> group, Duration pause) {
                            return send_group(batch, group, pause, *kept, pending);
                          });
}

BatchItem TaskWriter::item_of(const TaskDraft& task, const std::string& owner, Way way) const {
  const std::string type = task.type == "call" ? "CALL" : task.type == "email" ? "EMAIL" : "TODO";
  const std::string mark = way == Way::body ? task.key : "";
  Json properties = {{"hs_timestamp", to_text(task.due)},
                     {"hs_task_subject", cut_to(task.subject, kSubjectMax)},
                     {"hs_task_body", html_body(task.body, mark)},
                     {"hs_task_status", "NOT_STARTED"},
                     {"hs_task_priority", settings_.task_priority},
                     {"hs_task_type", type},
                     {"hubspot_owner_id", owner}};
  if (way != Way::body) properties[key_] = in_lower_case(task.key);
  const auto type_of_tasks = catalogue_.type("tasks");
  const bool has_score = type_of_tasks && (*type_of_tasks)->property(score_) != nullptr;
  if (has_score && !task.score_at_creation.empty()) properties[score_] = task.score_at_creation;
  for (const auto& [name, value] : settings_.task_constants) properties[name] = value;
  Json links = Json::array({link_to(task.account, kTaskToCompany)});
  if (is_id(task.contact)) links.push_back(link_to(task.contact, kTaskToContact));
  const Json input = {
      {"objectWriteTraceId", task.key}, {"properties", properties}, {"associations", links}};
  return {task.key, "", input.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Result<void> TaskWriter::send_group(std::span<const TaskDraft> batch,
                                    std::span<const std::size_t> group, Duration pause, Way way,
                                    PendingTasks& pending) {
  BatchWrite write;
  write.doing = "create tasks";
  write.object = "tasks";
  write.is_create = true;
  write.wait_before = pause;
  // The settings' values too: one that the account refuses is wrong for every task.
  write.ours = {key_, score_, "hs_task_priority"};
  for (const auto& [name, value] : settings_.task_constants) write.ours.push_back(name);
  std::vector<BatchItem> items;
  std::vector<std::size_t> sent;
  for (const std::size_t i : group) {
    if (way != Way::unique && !is_id(company_of_key(batch[i].key))) {
      pending.settle(i, plugins::rejected({"KEY_NAMES_NO_COMPANY",
                                           "without a unique property a task is looked for by the "
                                           "company in its key, and this key is too long to have "
                                           "one; shorten the action's or the instance's name",
                                           ""}));
      continue;
    }
    const std::string owner = owner_id(batch[i].owner);
    if (owner.empty()) {
      pending.settle(i, plugins::rejected({"INACTIVE_OWNER", "nobody active to give the task to",
                                           "hubspot_owner_id"}));
      continue;
    }
    items.push_back(item_of(batch[i], owner, way));
    sent.push_back(i);
  }
  if (items.empty()) return {};
  if (auto kept = pending.sink().checkpoint({"tasks"}); !kept) return kept;
  const auto results = send_batch(client_, catalogue_, write, items);
  if (!results) {
    if (results.error().kind == ErrorKind::timed_out) return settle_by_look(batch, sent, pending);
    return results.error();
  }
  std::vector<std::size_t> unsaid;
  std::map<std::size_t, Fault> doubled;
  for (std::size_t k = 0; k < sent.size(); ++k) {
    const ItemResult& result = (*results)[k];
    const std::size_t i = sent[k];
    if (!result.id.empty()) {
      pending.created(i, result.id);
    } else if (result.was_not_tried) {
      pending.settle(i, deferred({"TOO_MANY_REFUSED",
                                  "too many tasks of its batch were refused; it was not tried", ""},
                                 client_.host().clock().now() + kDueAgain));
    } else if (!result.fault) {
      unsaid.push_back(i);
    } else if (class_of(*result.fault) == FaultClass::duplicate) {
      // Somebody was faster, or it was us, and the answer got lost.
      pending.note(i, *result.fault);
      doubled.emplace(i, *result.fault);
    } else if (class_of(*result.fault) == FaultClass::retry) {
      pending.note(i, *result.fault);
    } else if (class_of(*result.fault) == FaultClass::limit) {
      pending.settle(i, deferred(*result.fault, client_.host().clock().now() + kDueAgain));
    } else {
      pending.settle(i, rejected(*result.fault));
    }
  }
  if (auto settled = settle_by_look(batch, unsaid, pending); !settled) return settled;
  if (doubled.empty()) return {};
  std::vector<std::string> keys;
  for (const auto& [i, fault] : doubled) keys.push_back(batch[i].key);
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  for (const auto& [i, fault] : doubled) {
    const auto there = standing->find(in_lower_case(batch[i].key));
    if (there != standing->end()) {
      pending.already_there(i, there->second.row.id);
      continue;
    }
    auto receipt = doubled_unseen(batch[i].key, fault);
    if (!receipt) return receipt.error();
    pending.settle(i, std::move(*receipt));
  }
  return {};
}

// A value stands already, and no look finds a task under our key: the look is behind, or the value
// is another one. The account itself names the record that has it, or the property, or neither.
Result<Receipt> TaskWriter::doubled_unseen(const std::string& key, const Fault& fault) {
  const Receipt there = [&] {
    Receipt receipt;
    receipt.outcome = Receipt::Outcome::already_there;
    receipt.crm_id = fault.existing_id;
    return receipt;
  }();
  const bool is_named = !fault.existing_id.empty();
  if (fault.field == key_) return is_named ? there : Receipt{};
  if (!fault.field.empty()) return rejected(fault);
  if (!is_named) return Receipt{};
  const auto read = reader_.batch_read({"tasks", {key_}}, std::vector{fault.existing_id});
  if (!read) return in_context("look for tasks", read.error());
  if (read->rows.empty()) return Receipt{};
  return is_same_text(read->rows.front().text(key_), key) ? there : rejected(fault);
}

// The answer was lost. What stands there was created; of the rest nothing is known, for it may
// still be on its way.
Result<void> TaskWriter::settle_by_look(std::span<const TaskDraft> batch,
                                        std::span<const std::size_t> group, PendingTasks& pending) {
  if (group.empty()) return {};
  std::vector<std::string> keys;
  for (const std::size_t i : group) keys.push_back(batch[i].key);
  const auto standing = look_up(keys);
  for (const std::size_t i : group) {
    const auto there =
        standing ? standing->find(in_lower_case(batch[i].key)) : StandingByKey::const_iterator{};
    if (standing && there != standing->end())
      pending.created(i, there->second.row.id);
    else
      pending.settle(i, Receipt{});
  }
  return {};
}

Result<void> TaskWriter::withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  std::vector<std::string> keys;
  for (const TaskWithdrawal& task : batch) keys.push_back(task.key);
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  std::vector<BatchItem> items;
  std::vector<std::size_t> sent;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto there = standing->find(in_lower_case(batch[i].key));
    const bool is_untouched = there != standing->end() && !there->second.is_deleted &&
                              !there->second.is_done && !there->second.is_touched &&
                              seen.insert(there->second.row.id).second;
    if (!is_untouched) {
      Receipt receipt;
      receipt.outcome = Receipt::Outcome::already_there;
      if (there != standing->end()) receipt.crm_id = there->second.row.id;
      sink.answer(i, std::move(receipt));
      continue;
    }
    const Row& row = there->second.row;
    const Json properties = {
        {"hs_task_status", "COMPLETED"},
        {"hs_task_body", withdrawn_body(std::string(row.text("hs_task_body")), batch[i].why)}};
    const Json input = {{"id", row.id}, {"objectWriteTraceId", row.id}, {"properties", properties}};
    items.push_back({row.id, row.id, input.dump(-1, ' ', false, Json::error_handler_t::replace)});
    sent.push_back(i);
    if (items.size() < kBatchMax) continue;
    if (auto done = send_withdrawals(items, sent, sink); !done) return done;
    items.clear();
    sent.clear();
  }
  return items.empty() ? Result<void>() : send_withdrawals(items, sent, sink);
}

Result<void> TaskWriter::send_withdrawals(const std::vector<BatchItem>& items,
                                          const std::vector<std::size_t>& sent, ReceiptSink& sink) {
  BatchWrite write;
  write.doing = "withdraw tasks";
  write.object = "tasks";
  const auto results = send_batch(client_, catalogue_, write, items);
  for (std::size_t k = 0; k < sent.size(); ++k) {
    Receipt receipt;
    if (results && !(*results)[k].id.empty()) {
      receipt.outcome = Receipt::Outcome::accepted;
      receipt.crm_id = (*results)[k].id;
    } else if (results && (*results)[k].fault) {
      const Fault& fault = *(*results)[k].fault;
      receipt = class_of(fault) == FaultClass::retry
                    ? deferred(fault, client_.host().clock().now() + kDueAgain)
                    : rejected(fault);
    }
    sink.answer(sent[k], std::move(receipt));
  }
  const bool is_fatal = !results && results.error().kind != ErrorKind::timed_out;
  return is_fatal ? Result<void>(results.error()) : Result<void>();
}

}  // namespace upselld::plugins::hubspot
