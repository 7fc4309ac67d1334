// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_tasks.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/settings.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_soql.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::size_t kSubjectMax = 255, kDescriptionMax = 32'000;
constexpr const char* kInactiveOwner = "INACTIVE_OWNER_OR_USER";

TaskAnswer answer_of(const RowResult& row) {
  using Fate = TaskAnswer::Fate;
  if (!row.fault) return {Fate::done, row.id};
  const Fault& fault = *row.fault;
  if (fault.code == kInactiveOwner) return {Fate::no_owner, "", rejected(fault)};
  switch (class_of(fault)) {
    case FaultClass::retry:
      return {Fate::again, "", plugins::rejected(fault)};
    case FaultClass::duplicate:
      return {Fate::doubled, "", rejected(fault)};
    case FaultClass::session:
    case FaultClass::limit:
    case FaultClass::setup:
    case FaultClass::data:
    case FaultClass::gone:
    case FaultClass::parked:
      break;
  }
  return {Fate::settled, "", rejected(fault)};
}

}  // namespace

Result<void> TaskWriter::check_key() {
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

std::span<const Attempt> TaskWriter::attempts() const {
  return salesforce::attempts();
}

Result<TaskRecord> TaskWriter::record_of(const TaskDraft& task, bool is_for_fallback) {
  const std::string owner = owner_id(is_for_fallback ? "" : task.owner);
  if (owner.empty()) {
    const Receipt refused =
        rejected(Fault{{kInactiveOwner, "nobody active to give the task to", ""}});
    return TaskRecord{"", Refusal{refused.code, refused.message, refused.field}};
  }
  const auto status = default_status(/*is_closed=*/false);
  if (!status) return status.error();
  const auto priority = default_priority();
  if (!priority) return priority.error();
  nlohmann::ordered_json record = {{"attributes", {{"type", "Task"}}},
                                   {key_, task.key},
                                   {"WhatId", task.account},
                                   {"OwnerId", owner},
                                   {"Subject", cut_to(task.subject, kSubjectMax)},
                                   {"Description", cut_to(task.body, kDescriptionMax)},
                                   {"ActivityDate", to_text(zone_.day_of(task.due))},
                                   {"Status", *status}};
  if (!priority->empty()) record["Priority"] = *priority;
  if (full_id(task.contact).starts_with("003")) record["WhoId"] = task.contact;
  const auto object = describe_.object("Task");
  if (!object) return object.error();
  const auto may_set = [&](const std::string& name) {
    const FieldInfo* field = (*object)->field(name);
    return field != nullptr && field->createable;
  };
  const std::string type = task.type == "call" ? "Call" : task.type == "email" ? "Email" : "";
  if (!type.empty() && may_set("Type")) {
    const std::vector<std::string>& values = (*object)->field("Type")->values;
    // Where the org has renamed them, the subject alone says what to do.
    if (std::find(values.begin(), values.end(), type) != values.end()) record["Type"] = type;
  }
  const auto score = parse_number(task.score_at_creation);
  if (score && may_set(score_)) record[score_] = *score;
  for (const auto& [name, value] : settings_.task_constants) record[name] = value;
  return TaskRecord{record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                    std::nullopt};
}

Result<std::vector<TaskAnswer>> TaskWriter::send_new(std::span<const TaskDraft>,
                                                     const std::vector<std::string>& records,
                                                     Duration pause) {
  CollectionsCall call;
  call.doing = "create tasks";
  call.method = "POST";
  call.records = records;
  call.wait_before = pause;
  return send(call);
}

Result<std::vector<TaskAnswer>> TaskWriter::send(const CollectionsCall& call) {
  const auto results = send_collection(client_, call);
  if (!results) return results.error();
  std::vector<TaskAnswer> answers;
  for (const RowResult& row : *results) answers.push_back(answer_of(row));
  return answers;
}

// A duplicate that is not our key is somebody else's rule.
Result<Receipt> TaskWriter::doubled_unseen(const TaskDraft&, const TaskAnswer& answer) {
  return answer.receipt;
}

Result<void> TaskWriter::begin_closing(StandingTasks& standing) {
  const auto session = client_.session();
  if (!session) return session.error();
  for (auto& [key, task] : standing) task.is_taken |= task.changed_by != session->user;
  const auto status = default_status(/*is_closed=*/true);
  return status ? Result<void>() : status.error();
}

Result<std::vector<TaskAnswer>> TaskWriter::send_closings(std::span<const TaskClosing> tasks) {
  const auto status = default_status(/*is_closed=*/true);
  if (!status) return status.error();
  CollectionsCall call;
  call.doing = "withdraw tasks";
  for (const TaskClosing& closing : tasks) {
    const std::string line = kWithdrawn + closing.why;
    const std::string text = closing.task.body + "\n" + line;
    const nlohmann::ordered_json record = {
        {"attributes", {{"type", "Task"}}},
        {"id", closing.task.id},
        {"Status", *status},
        {"Description", text.size() <= kDescriptionMax ? text : line}};
    call.records.push_back(record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return send(call);
}

}  // namespace upselld::plugins::salesforce
