// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/settings.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_soql.h"
#include "plugins/salesforce/salesforce_tasks.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::size_t kSubjectMax = 255, kDescriptionMax = 32'000;
// How a task that we closed is told from one that a rep did.
constexpr const char* kWithdrawn = "Withdrawn by upselld: ";

bool is_email(const std::string& text) {
  return text.find('@') != std::string::npos;
}

}  // namespace

bool TaskWriter::Standing::is_withdrawn() const {
  return is_closed && outcome.empty() && description.find(kWithdrawn) != std::string::npos;
}

TaskWriter::TaskWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
                       std::string prefix, TimeZone zone)
    : client_(client),
      describe_(describe),
      settings_(settings),
      zone_(std::move(zone)),
      key_(task_field_name(prefix, "Key")),
      outcome_(task_field_name(prefix, "Outcome")),
      note_(task_field_name(prefix, "Outcome_Note")),
      score_(task_field_name(prefix, "Score_At_Creation")) {}

Result<TaskWriter::StandingByKey> TaskWriter::look_up(std::span<const std::string> keys) {
  StandingByKey all;
  if (keys.empty()) return all;
  const auto task = describe_.object("Task");
  if (!task) return task.error();
  if (*task == nullptr || (*task)->field(key_) == nullptr) {
    return Error{ErrorKind::forbidden,
                 "look for tasks: Task." + key_ + " is missing, or this user may not see it",
                 {}};
  }
  InQuery wanted = {"Task",
                    {"Id", key_, "IsDeleted", "IsArchived", "IsClosed", "Status", "Description",
                     "LastModifiedById", "LastModifiedDate"},
                    key_,
                    "",
                    true};
  for (const std::string& optional : {outcome_, note_, std::string("CompletedDateTime")}) {
    if ((*task)->field(optional) != nullptr) wanted.columns.push_back(optional);
  }
  const auto rows = query_in(client_, "look for tasks", wanted, keys);
  if (!rows) return rows.error();
  const auto at = [&](const std::vector<std::string>& row, const std::string& column) {
    const auto found = std::find(wanted.columns.begin(), wanted.columns.end(), column);
    return found == wanted.columns.end()
               ? std::string()
               : row[static_cast<std::size_t>(found - wanted.columns.begin())];
  };
  for (const auto& row : rows->rows) {
    Standing one;
    one.id = row[0];
    one.is_deleted = row[2] == "true";
    one.is_archived = row[3] == "true";
    one.is_closed = row[4] == "true";
    one.status = row[5];
    one.description = row[6];
    one.modified_by = full_id(row[7]);
    one.modified_at = read_stamp(row[8]);
    one.outcome = at(row, outcome_);
    one.note = at(row, note_);
    one.completed_at = read_stamp(at(row, "CompletedDateTime"));
    // Where a key was used again after a deletion, what lives counts.
    const auto [known, is_new] = all.try_emplace(row[1], one);
    if (!is_new && known->second.is_deleted) known->second = one;
  }
  return all;
}

Result<std::vector<FoundTask>> TaskWriter::find(std::span<const std::string> keys) {
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  std::vector<FoundTask> found;
  for (const auto& [key, one] : *standing) found.push_back({key, one.id});
  return found;
}

Result<std::vector<TaskState>> TaskWriter::states(std::span<const std::string> keys) {
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  std::vector<TaskState> states;
  for (const auto& [key, one] : *standing) {
    TaskState state;
    state.key = key;
    state.crm_id = one.id;
    state.outcome = outcome_of(one.outcome);
    state.note = one.note;
    if (one.is_deleted) {
      state.status = TaskState::Status::deleted;
    } else if (one.is_withdrawn()) {
      state.status = TaskState::Status::withdrawn;
    } else if (one.is_closed || !state.outcome.empty()) {
      state.status = TaskState::Status::done;
    }
    const bool is_over = state.status != TaskState::Status::open;
    if (is_over) {
      state.closed_at = one.completed_at.is_missing() ? one.modified_at : one.completed_at;
    }
    states.push_back(std::move(state));
  }
  return states;
}

// Who the drafts are for: e-mail addresses become ids, and only active people keep theirs. Asked
// anew for each batch: people leave between a pull and a write.
Result<void> TaskWriter::learn_users(std::span<const TaskDraft> batch) {
  std::set<std::string> names;
  for (const TaskDraft& task : batch) names.insert(task.owner);
  names.insert(settings_.fallback_owner);
  names.erase("");
  owners_.clear();
  std::vector<std::string> ids, emails;
  for (const std::string& name : names) {
    const std::string id = full_id(name);
    owners_[name] = "";
    if (id.starts_with("00G"))
      owners_[name] = id;
    else if (!id.empty())
      ids.push_back(id);
    else if (is_email(name))
      emails.push_back(name);
  }
  const auto take = [&](const char* field, const std::vector<std::string>& values) -> Result<void> {
    const InQuery wanted = {"User",
                            {"Id", field == std::string("Id") ? "Username" : field},
                            field,
                            " AND IsActive = true",
                            false};
    const auto rows = query_in(client_, "look for task owners", wanted, values);
    if (!rows) return rows.error();
    for (const auto& row : rows->rows) {
      for (auto& [name, id] : owners_) {
        const bool is_it = full_id(name) == row[0] || name == row[1];
        if (is_it && id.empty()) id = row[0];
      }
    }
    return {};
  };
  if (auto taken = take("Id", ids); !taken) return taken;
  if (auto taken = take("Email", emails); !taken) return taken;
  return {};
}

Result<std::string> TaskWriter::owner_id(const std::string& owner) {
  const auto known = owners_.find(owner);
  if (known != owners_.end() && !known->second.empty()) return known->second;
  const auto fallback = owners_.find(settings_.fallback_owner);
  return fallback == owners_.end() ? std::string() : fallback->second;
}

Result<std::string> TaskWriter::default_status(bool is_closed) {
  const std::string& set = is_closed ? settings_.withdrawn_status : settings_.task_status;
  std::optional<std::string>& known = is_closed ? closed_status_ : open_status_;
  if (!set.empty()) return set;
  if (known) return *known;
  const auto rows = query(client_, "look for task statuses",
                          "SELECT ApiName, IsClosed, IsDefault FROM TaskStatus ORDER BY SortOrder",
                          {"ApiName", "IsClosed", "IsDefault"}, false);
  if (!rows) return rows.error();
  std::string chosen;
  for (const auto& row : rows->rows) {
    if ((row[1] == "true") != is_closed) continue;
    if (chosen.empty() || (!is_closed && row[2] == "true")) chosen = row[0];
  }
  if (chosen.empty()) {
    return Error{ErrorKind::invalid_config,
                 "the org has no such task status; set task_status and withdrawn_status",
                 {}};
  }
  known = chosen;
  return chosen;
}

Result<std::string> TaskWriter::default_priority() {
  if (!settings_.task_priority.empty()) return settings_.task_priority;
  if (priority_) return *priority_;
  const auto rows =
      query(client_, "look for task priorities", "SELECT ApiName, IsDefault FROM TaskPriority",
            {"ApiName", "IsDefault"}, false);
  priority_ = "";
  // Where they cannot be read the org's own default is taken.
  if (!rows) return *priority_;
  for (const auto& row : rows->rows) {
    if (row[1] == "true") priority_ = row[0];
  }
  return *priority_;
}

Result<std::string> TaskWriter::record_of(const TaskDraft& task, const std::string& owner) {
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
  return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> TaskWriter::withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  std::vector<std::string> keys;
  for (const TaskWithdrawal& task : batch) keys.push_back(task.key);
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  const auto session = client_.session();
  if (!session) return session.error();
  const auto status = default_status(/*is_closed=*/true);
  if (!status) return status.error();
  CollectionsCall call;
  call.doing = "withdraw tasks";
  std::vector<std::size_t> sent;
  const auto send = [&]() -> Result<void> {
    if (sent.empty()) return {};
    const auto results = send_collection(client_, call);
    for (std::size_t k = 0; k < sent.size(); ++k) {
      Receipt receipt;
      if (results && !(*results)[k].fault) {
        receipt.outcome = Receipt::Outcome::accepted;
        receipt.crm_id = (*results)[k].id;
      } else if (results) {
        const Fault& fault = *(*results)[k].fault;
        receipt = class_of(fault) == FaultClass::retry
                      ? deferred(fault, client_.host().clock().now() + kLockedUntil)
                      : rejected(fault);
      }
      sink.answer(sent[k], std::move(receipt));
    }
    call.records.clear();
    sent.clear();
    const bool is_fatal = !results && results.error().kind != ErrorKind::timed_out;
    return is_fatal ? Result<void>(results.error()) : Result<void>();
  };
  std::set<std::string> seen;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto there = standing->find(batch[i].key);
    const bool is_untouched =
        there != standing->end() && !there->second.is_deleted && !there->second.is_closed &&
        !there->second.is_archived && there->second.outcome.empty() && there->second.note.empty() &&
        there->second.modified_by == session->user && seen.insert(batch[i].key).second;
    if (!is_untouched) {
      Receipt receipt;
      receipt.outcome = Receipt::Outcome::already_there;
      if (there != standing->end()) receipt.crm_id = there->second.id;
      sink.answer(i, std::move(receipt));
      continue;
    }
    const std::string text = there->second.description + "\n" + kWithdrawn + batch[i].why;
    const nlohmann::ordered_json record = {
        {"attributes", {{"type", "Task"}}},
        {"id", there->second.id},
        {"Status", *status},
        {"Description",
         text.size() <= kDescriptionMax ? text : std::string(kWithdrawn) + batch[i].why}};
    call.records.push_back(record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    sent.push_back(i);
    if (sent.size() < kCollectionMax) continue;
    if (auto done = send(); !done) return done;
  }
  return send();
}

}  // namespace upselld::plugins::salesforce
