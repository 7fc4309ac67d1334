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

bool is_email(const std::string& text) {
  return text.find('@') != std::string::npos;
}

}  // namespace

TaskWriter::TaskWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
                       std::string prefix, TimeZone zone)
    : OurTasks(client.host()),
      client_(client),
      describe_(describe),
      settings_(settings),
      zone_(std::move(zone)),
      key_(task_field_name(prefix, "Key")),
      outcome_(task_field_name(prefix, "Outcome")),
      note_(task_field_name(prefix, "Outcome_Note")),
      score_(task_field_name(prefix, "Score_At_Creation")) {}

Result<StandingTasks> TaskWriter::look_up(std::span<const std::string> keys, Look) {
  StandingTasks all;
  if (keys.empty()) return all;
  const auto task = describe_.object("Task");
  if (!task) return task.error();
  if (*task == nullptr || (*task)->field(key_) == nullptr) {
    return Error{ErrorKind::forbidden,
                 "look for tasks: Task." + key_ + " is missing, or this user may not see it",
                 {}};
  }
  InQuery wanted = {"Task",
                    {"Id", key_, "IsDeleted", "IsArchived", "IsClosed", "Description",
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
    StandingTask one;
    one.id = row[0];
    one.is_deleted = row[2] == "true";
    one.is_taken = row[3] == "true";
    one.is_done = row[4] == "true";
    one.body = row[5];
    one.changed_by = full_id(row[6]);
    one.changed_at = read_stamp(row[7]);
    one.outcome = at(row, outcome_);
    one.note = at(row, note_);
    one.done_at = read_stamp(at(row, "CompletedDateTime"));
    // Where a key was used again after a deletion, what lives counts.
    const auto [known, is_new] = all.try_emplace(row[1], one);
    if (!is_new && known->second.is_deleted) known->second = one;
  }
  return all;
}

// Who the drafts are for: e-mail addresses become ids, and only active people keep theirs. Asked
// anew for each batch: people leave between a pull and a write.
Result<void> TaskWriter::learn_owners(std::span<const TaskDraft> batch) {
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

std::string TaskWriter::owner_id(const std::string& owner) const {
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

}  // namespace upselld::plugins::salesforce
