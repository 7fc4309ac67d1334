// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_tasks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/settings.h"
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

std::span<const Attempt> TaskWriter::attempts() const {
  return kAttempts;
}

Result<TaskRecord> TaskWriter::record_of(const TaskDraft& task, bool) {
  const auto kept = way();
  if (!kept) return kept.error();
  if (*kept != Way::unique && !is_id(company_of_key(task.key))) {
    return TaskRecord{"", Refusal{"KEY_NAMES_NO_COMPANY",
                                  "without a unique property a task is looked for by the company "
                                  "in its key, and this key is too long to have one; shorten the "
                                  "action's or the instance's name",
                                  ""}};
  }
  const std::string owner = owner_id(task.owner);
  if (owner.empty()) {
    return TaskRecord{
        "", Refusal{"INACTIVE_OWNER", "nobody active to give the task to", "hubspot_owner_id"}};
  }
  const std::string type = task.type == "call" ? "CALL" : task.type == "email" ? "EMAIL" : "TODO";
  const std::string mark = *kept == Way::body ? task.key : "";
  Json properties = {{"hs_timestamp", to_text(task.due)},
                     {"hs_task_subject", cut_to(task.subject, kSubjectMax)},
                     {"hs_task_body", html_body(task.body, mark)},
                     {"hs_task_status", "NOT_STARTED"},
                     {"hs_task_priority", settings_.task_priority},
                     {"hs_task_type", type},
                     {"hubspot_owner_id", owner}};
  if (*kept != Way::body) properties[key_] = in_lower_case(task.key);
  const auto type_of_tasks = catalogue_.type("tasks");
  const bool has_score = type_of_tasks && (*type_of_tasks)->property(score_) != nullptr;
  if (has_score && !task.score_at_creation.empty()) properties[score_] = task.score_at_creation;
  for (const auto& [name, value] : settings_.task_constants) properties[name] = value;
  Json links = Json::array({link_to(task.account, kTaskToCompany)});
  if (is_id(task.contact)) links.push_back(link_to(task.contact, kTaskToContact));
  const Json input = {
      {"objectWriteTraceId", task.key}, {"properties", properties}, {"associations", links}};
  return TaskRecord{input.dump(-1, ' ', false, Json::error_handler_t::replace), std::nullopt};
}

Result<std::vector<TaskAnswer>> TaskWriter::send_new(std::span<const TaskDraft> tasks,
                                                     const std::vector<std::string>& records,
                                                     Duration pause) {
  BatchWrite write;
  write.doing = "create tasks";
  write.object = "tasks";
  write.is_create = true;
  write.wait_before = pause;
  // The settings' values too: one that the account refuses is wrong for every task.
  write.ours = {key_, score_, "hs_task_priority"};
  for (const auto& [name, value] : settings_.task_constants) write.ours.push_back(name);
  std::vector<BatchItem> items;
  for (std::size_t k = 0; k < tasks.size(); ++k) items.push_back({tasks[k].key, "", records[k]});
  const auto results = send_batch(client_, catalogue_, write, items);
  if (!results) return results.error();
  std::vector<TaskAnswer> answers;
  for (const ItemResult& result : *results) answers.push_back(answer_of(result));
  return answers;
}

// Told in words alone, as an account may tell that a value is there already.
std::optional<TaskAnswer> TaskWriter::doubled_in_words(const Fault& fault) {
  const auto kept = way();
  const bool is_key_in_words = kept && *kept == Way::unique && fault.field.empty() &&
                               fault.message.find(key_) != std::string::npos;
  if (!is_key_in_words) return std::nullopt;
  TaskAnswer answer = {TaskAnswer::Fate::doubled, fault.existing_id, rejected(fault)};
  answer.receipt.field = key_;
  return answer;
}

TaskAnswer TaskWriter::answer_of(const ItemResult& result) {
  using Fate = TaskAnswer::Fate;
  const Instant later = client_.host().clock().now() + kDueAgain;
  if (!result.id.empty()) return {Fate::done, result.id};
  if (result.not_done) {
    return {Fate::settled, "",
            deferred(*result.not_done, result.until.is_missing() ? later : result.until)};
  }
  if (!result.fault) return {};
  const Fault& fault = *result.fault;
  switch (class_of(fault)) {
    case FaultClass::retry:
      return {Fate::again, "", rejected(fault)};
    case FaultClass::limit:
    case FaultClass::parked:
      return {Fate::settled, "", deferred(fault, later)};
    case FaultClass::duplicate:
      return {Fate::doubled, fault.existing_id, rejected(fault)};
    case FaultClass::data:
      if (auto doubled = doubled_in_words(fault)) return std::move(*doubled);
      break;
    case FaultClass::session:
    case FaultClass::setup:
    case FaultClass::gone:
      break;
  }
  return {Fate::settled, "", rejected(fault)};
}

// The look is behind, or the value is another one, or one that the account does not take. The
// account itself names the record that has it, or the property, or neither.
Result<Receipt> TaskWriter::doubled_unseen(const TaskDraft& task, const TaskAnswer& answer) {
  Receipt there;
  there.outcome = Receipt::Outcome::already_there;
  there.crm_id = answer.id;
  const bool is_named = !answer.id.empty();
  if (answer.receipt.field == key_) return is_named ? there : unseen(answer.receipt);
  if (!answer.receipt.field.empty()) return answer.receipt;
  if (!is_named) return unseen(answer.receipt);
  const auto read = reader_.batch_read({"tasks", {key_}}, std::vector{answer.id});
  if (!read) return in_context("look for tasks", read.error());
  if (read->rows.empty()) return unseen(answer.receipt);
  return is_same_text(read->rows.front().text(key_), task.key) ? there : answer.receipt;
}

Result<std::vector<TaskAnswer>> TaskWriter::send_closings(std::span<const TaskClosing> tasks) {
  BatchWrite write;
  write.doing = "withdraw tasks";
  write.object = "tasks";
  // They were looked at right before.
  write.not_after = milliseconds(client_.host().clock().steady().ms + kLookHolds.ms);
  std::vector<BatchItem> items;
  for (const TaskClosing& closing : tasks) {
    const std::string& id = closing.task.id;
    const Json properties = {{"hs_task_status", "COMPLETED"},
                             {"hs_task_body", withdrawn_body(closing.task.body, closing.why)}};
    const Json input = {{"id", id}, {"objectWriteTraceId", id}, {"properties", properties}};
    items.push_back({id, id, input.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  const auto results = send_batch(client_, catalogue_, write, items);
  if (!results) return results.error();
  std::vector<TaskAnswer> answers;
  for (const ItemResult& result : *results) answers.push_back(answer_of(result));
  return answers;
}

}  // namespace upselld::plugins::hubspot
