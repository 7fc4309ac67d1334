// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_task_text.h"
#include "plugins/hubspot/hubspot_tasks.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

// A person who changes one of these has taken the task.
const std::vector<std::string> kTelling = {
    "hs_task_status", "hs_task_subject",   "hs_task_body",
    "hs_timestamp",   "hubspot_owner_id",  "hs_task_priority",
    "hs_task_type",   "hs_task_reminders", "hs_queue_membership_ids"};
// Between a task's creation and its last change by the account itself.
constexpr Duration kSettling = minutes(1);
// The bin keeps tasks for 90 days.
constexpr Duration kBinHolds = minutes(5);
constexpr int kBinPagesMax = 1'000;

std::string name_of(const std::string& prefix, std::size_t field) {
  return property_name(prefix, task_fields()[field].name);
}

// What lies behind the end of a reading might be ours, and be made again.
Error bin_too_large() {
  return {ErrorKind::unsupported,
          "look for deleted tasks: more than " + std::to_string(kBinPagesMax * kListMax) +
              " tasks were deleted in 90 days, so whether ours are among them cannot be seen; no "
              "task is made while that is so",
          {}};
}

bool is_touched(const Row& row) {
  if (!row.has_history) return row.updated - row.created > kSettling;
  return std::any_of(kTelling.begin(), kTelling.end(), [&](const std::string& name) {
    const auto is_of = [&](const Row::Change& change) { return change.property == name; };
    // One is the value it was made with, unless it had none then, as reminders and queues have.
    return std::count_if(row.history.begin(), row.history.end(), is_of) > 1 ||
           std::any_of(row.history.begin(), row.history.end(), [&](const Row::Change& change) {
             return is_of(change) && change.at > row.created + kSettling;
           });
  });
}

}  // namespace

TaskWriter::TaskWriter(Client& client, Catalogue& catalogue, Reader& reader,
                       const HubspotSettings& settings, std::string prefix)
    : OurTasks(client.host()),
      client_(client),
      catalogue_(catalogue),
      reader_(reader),
      settings_(settings),
      key_(name_of(prefix, 0)),
      outcome_(name_of(prefix, 1)),
      note_(name_of(prefix, 2)),
      score_(name_of(prefix, 3)) {}

Result<TaskWriter::Way> TaskWriter::way() {
  const auto type = catalogue_.type("tasks");
  if (!type) return type.error();
  const Property* property = (*type)->property(key_);
  if (property != nullptr && property->is_unique) return Way::unique;
  const bool may_be_repeated = settings_.task_keys == TaskKeys::at_most_once;
  if (may_be_repeated) return property != nullptr ? Way::property : Way::body;
  const std::string what =
      (*type)->is_hidden    ? "the properties of tasks may not be listed; grant the scope "
                              "crm.schemas.contacts.read or crm.schemas.tasks.read"
      : property == nullptr ? "the property " + key_ + " of tasks is missing; run: upselld prepare"
                            : "the property " + key_ +
                                  " of tasks is not unique, so a task could be made twice; archive "
                                  "it and run: upselld prepare, or set task_keys: at_most_once";
  return Error{ErrorKind::forbidden, "no task is created: " + what, {}};
}

Wanted TaskWriter::wanted_tasks(Look look) const {
  return {"tasks",
          {key_, outcome_, note_, "hs_task_status", "hs_task_completion_date", "hs_task_body"},
          look == Look::to_close ? kTelling : std::vector<std::string>{}};
}

StandingTask TaskWriter::standing_of(const Row& row, bool is_deleted) const {
  StandingTask one;
  one.id = row.id;
  one.body = row.text("hs_task_body");
  one.outcome = row.text(outcome_);
  one.note = row.text(note_);
  one.is_deleted = is_deleted;
  one.is_done = row.text("hs_task_status") == "COMPLETED";
  one.is_taken = is_touched(row);
  // Of a task that is not done this holds when it is due.
  if (one.is_done) one.done_at = row.stamp("hs_task_completion_date");
  one.changed_at = row.updated;
  return one;
}

std::string TaskWriter::compared(const std::string& key) const {
  return in_lower_case(key);
}

Result<void> TaskWriter::check_key() {
  const auto kept = way();
  if (!kept) return kept.error();
  const auto type = catalogue_.type("tasks");
  if (!type) return type.error();
  for (const auto& [name, value] : settings_.task_constants) {
    if ((*type)->may_have(name)) continue;
    return Error{ErrorKind::forbidden,
                 "no task is created: the property " + name +
                     " of tasks, which task_constants names, is missing; correct its name",
                 {}};
  }
  return {};
}

// Of other ways: a task that a person deleted, or moved to another company, is not seen.
Result<bool> TaskWriter::finds_all() {
  const auto kept = way();
  if (!kept) return kept.error();
  return *kept == Way::unique;
}

Result<StandingTasks> TaskWriter::look_up(std::span<const std::string> keys, Look look) {
  if (keys.empty()) return StandingTasks{};
  const auto kept = way();
  if (!kept) return kept.error();
  if (look == Look::anew) bin_read_at_.reset();
  if (*kept == Way::unique) return look_up_unique(keys, look);
  return look_up_by_company(keys, *kept, look);
}

Result<StandingTasks> TaskWriter::look_up_unique(std::span<const std::string> keys, Look look) {
  StandingTasks all;
  std::vector<std::string> due;
  for (const std::string& key : keys) due.push_back(in_lower_case(key));
  for (const bool is_archived : {false, true}) {
    Wanted wanted = wanted_tasks(is_archived ? Look::state : look);
    wanted.id_property = key_;
    wanted.archived = is_archived;
    auto read = reader_.batch_read(wanted, due);
    if (!read) return in_context("look for tasks", read.error());
    for (const Row& row : read->rows) {
      const std::string key = in_lower_case(row.text(key_));
      const bool is_deleted = is_archived || !row.archived_at.is_missing();
      if (!key.empty()) all.emplace(key, standing_of(row, is_deleted));
    }
    std::erase_if(due, [&](const std::string& key) { return all.count(key) > 0; });
    if (due.empty()) break;
  }
  if (auto looked = look_into_bin(due, all); !looked) return looked.error();
  return all;
}

Result<StandingTasks> TaskWriter::look_up_ids(std::span<const std::string> ids) {
  StandingTasks all;
  const auto read =
      reader_.read_each(wanted_tasks(Look::to_close), ascending({ids.begin(), ids.end()}));
  if (!read) return in_context("look for tasks", read.error());
  if (!read->silent.empty()) return in_context("look for tasks", silence("tasks", read->silent));
  for (const Row& row : read->rows) {
    all.emplace(row.asked, standing_of(row, /*is_deleted=*/!row.archived_at.is_missing()));
  }
  for (const std::string& id : read->not_found) {
    StandingTask gone;
    gone.id = id;
    gone.is_deleted = true;
    all.emplace(id, gone);
  }
  return all;
}

// By its key a deleted task may not be found: the bin has no look-up, and is read whole.
Result<void> TaskWriter::look_into_bin(std::span<const std::string> keys, StandingTasks& all) {
  if (keys.empty()) return {};
  const Duration now = client_.host().clock().steady();
  if (!bin_read_at_ || now - *bin_read_at_ >= kBinHolds) {
    bin_read_at_.reset();
    bin_.clear();
    Wanted wanted = wanted_tasks(Look::state);
    wanted.archived = true;
    std::string after;
    for (int pages = 0;; ++pages) {
      if (pages >= kBinPagesMax) return bin_too_large();
      auto page = reader_.list(wanted, after, kListMax);
      if (!page) return in_context("look for deleted tasks", page.error());
      for (const Row& row : page->rows) {
        const std::string key = in_lower_case(row.text(key_));
        if (!key.empty()) bin_[key] = standing_of(row, /*is_deleted=*/true);
      }
      after = page->after;
      if (after.empty()) break;
    }
    bin_read_at_ = now;
  }
  for (const std::string& key : keys) {
    const auto found = bin_.find(key);
    if (found != bin_.end()) all.insert(*found);
  }
  return {};
}

// Without a unique property: all tasks of the companies that the keys name.
Result<StandingTasks> TaskWriter::look_up_by_company(std::span<const std::string> keys, Way way,
                                                     Look look) {
  StandingTasks all;
  std::vector<std::string> companies;
  for (const std::string& key : keys) companies.push_back(company_of_key(key));
  // One that was merged answers under the id that it has now.
  const auto now =
      reader_.read_each({"companies", {"hs_merged_object_ids"}}, ascending(std::move(companies)));
  if (!now) return in_context("look for tasks", now.error());
  // A task that is passed over would be made twice.
  if (!now->silent.empty()) {
    return in_context("look for tasks", silence("companies", now->silent));
  }
  std::vector<std::string> ids, tasks;
  for (const Row& row : now->rows) ids.push_back(row.id);
  const auto links = reader_.associations("companies", "tasks", ids);
  if (!links) return in_context("look for tasks", links.error());
  for (const auto& [company, list] : *links) {
    for (const Reader::Link& link : list) tasks.push_back(link.id);
  }
  auto read = reader_.read_each(wanted_tasks(look), ascending(std::move(tasks)));
  if (!read) return in_context("look for tasks", read.error());
  if (!read->silent.empty()) return in_context("look for tasks", silence("tasks", read->silent));
  for (const Row& row : read->rows) {
    for (const std::string& key : keys) {
      const bool is_it = way == Way::property ? is_same_text(row.text(key_), key)
                                              : holds_key(row.text("hs_task_body"), key);
      if (!is_it) continue;
      all.emplace(in_lower_case(key), standing_of(row, /*is_deleted=*/false));
      break;
    }
  }
  return all;
}

Result<void> TaskWriter::learn_owners(std::span<const TaskDraft> batch) {
  if (batch.empty()) return {};
  owners_.clear();
  std::string after;
  do {
    std::vector<std::pair<std::string, std::string>> query = {{"limit", "100"},
                                                              {"archived", "false"}};
    if (!after.empty()) query.emplace_back("after", after);
    const std::string doing = "look for task owners";
    const auto read =
        client_.fetch_json(doing, {.path = client_.paths().owners() + query_of(query)});
    if (!read) return read.error();
    const auto results = results_of(*read, doing);
    if (!results) return results.error();
    for (const auto& owner : **results) {
      const std::string id = text_in(owner, "id");
      owners_[id] = id;
      const std::string email = in_lower_case(text_in(owner, "email"));
      if (!email.empty()) owners_.emplace(email, id);
    }
    const nlohmann::json* next = member_at(*read, "paging.next");
    std::string further = next == nullptr ? std::string() : text_in(*next, "after");
    if (further == after) break;
    after = std::move(further);
  } while (!after.empty());
  return {};
}

std::string TaskWriter::owner_id(const std::string& owner) const {
  for (const std::string& name : {owner, settings_.fallback_owner}) {
    const auto known = owners_.find(in_lower_case(name));
    if (known != owners_.end()) return known->second;
  }
  return {};
}

}  // namespace upselld::plugins::hubspot
