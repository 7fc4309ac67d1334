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
const std::vector<std::string> kTelling = {"hs_task_status", "hs_task_subject", "hs_task_body",
                                           "hs_timestamp", "hubspot_owner_id"};
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
    return std::count_if(row.history.begin(), row.history.end(),
                         [&](const Row::Change& change) { return change.property == name; }) > 1;
  });
}

}  // namespace

TaskWriter::TaskWriter(Client& client, Catalogue& catalogue, Reader& reader,
                       const HubspotSettings& settings, std::string prefix)
    : client_(client),
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

Wanted TaskWriter::wanted_tasks() const {
  return {"tasks",
          {key_, outcome_, note_, "hs_task_status", "hs_task_completion_date", "hs_task_body"},
          kTelling};
}

TaskWriter::Standing TaskWriter::standing_of(Row row, bool is_deleted) const {
  Standing one;
  one.outcome = row.text(outcome_);
  one.note = row.text(note_);
  one.is_deleted = is_deleted;
  one.is_done = row.text("hs_task_status") == "COMPLETED";
  one.is_touched = is_touched(row) || !one.outcome.empty() || !one.note.empty();
  one.is_withdrawn =
      one.is_done && one.outcome.empty() && is_withdrawn_body(row.text("hs_task_body"));
  one.row = std::move(row);
  return one;
}

Result<TaskWriter::StandingByKey> TaskWriter::look_up(std::span<const std::string> keys) {
  if (keys.empty()) return StandingByKey{};
  const auto kept = way();
  if (!kept) return kept.error();
  if (*kept == Way::unique) return look_up_unique(keys);
  return look_up_by_company(keys, *kept);
}

Result<TaskWriter::StandingByKey> TaskWriter::look_up_unique(std::span<const std::string> keys) {
  StandingByKey all;
  std::vector<std::string> due;
  for (const std::string& key : keys) due.push_back(in_lower_case(key));
  for (const bool is_archived : {false, true}) {
    Wanted wanted = wanted_tasks();
    wanted.id_property = key_;
    wanted.archived = is_archived;
    if (is_archived) wanted.history.clear();
    auto read = reader_.batch_read(wanted, due);
    if (!read) return in_context("look for tasks", read.error());
    for (Row& row : read->rows) {
      const std::string key = in_lower_case(row.text(key_));
      const bool is_deleted = is_archived || !row.archived_at.is_missing();
      if (!key.empty()) all.emplace(key, standing_of(std::move(row), is_deleted));
    }
    std::erase_if(due, [&](const std::string& key) { return all.count(key) > 0; });
    if (due.empty()) break;
  }
  if (auto looked = look_into_bin(due, all); !looked) return looked.error();
  return all;
}

// By its key a deleted task may not be found: the bin has no look-up, and is read whole.
Result<void> TaskWriter::look_into_bin(std::span<const std::string> keys, StandingByKey& all) {
  if (keys.empty()) return {};
  const Duration now = client_.host().clock().steady();
  if (!bin_read_at_ || now - *bin_read_at_ >= kBinHolds) {
    bin_read_at_.reset();
    bin_.clear();
    Wanted wanted = wanted_tasks();
    wanted.history.clear();
    wanted.archived = true;
    std::string after;
    for (int pages = 0;; ++pages) {
      if (pages >= kBinPagesMax) return bin_too_large();
      auto page = reader_.list(wanted, after, kListMax);
      if (!page) return in_context("look for deleted tasks", page.error());
      for (Row& row : page->rows) {
        const std::string key = in_lower_case(row.text(key_));
        if (!key.empty()) bin_[key] = std::move(row);
      }
      after = page->after;
      if (after.empty()) break;
    }
    bin_read_at_ = now;
  }
  for (const std::string& key : keys) {
    const auto found = bin_.find(key);
    if (found != bin_.end()) all.emplace(key, standing_of(found->second, /*is_deleted=*/true));
  }
  return {};
}

// Without a unique property: all tasks of the companies that the keys name.
Result<TaskWriter::StandingByKey> TaskWriter::look_up_by_company(std::span<const std::string> keys,
                                                                 Way way) {
  StandingByKey all;
  std::vector<std::string> companies;
  for (const std::string& key : keys) companies.push_back(company_of_key(key));
  // One that was merged answers under the id that it has now.
  const auto now = reader_.batch_read({"companies", {"hs_merged_object_ids"}}, companies);
  if (!now) return in_context("look for tasks", now.error());
  std::vector<std::string> ids, tasks;
  for (const Row& row : now->rows) ids.push_back(row.id);
  const auto links = reader_.associations("companies", "tasks", ids);
  if (!links) return in_context("look for tasks", links.error());
  for (const auto& [company, list] : *links) {
    for (const Reader::Link& link : list) tasks.push_back(link.id);
  }
  auto read = reader_.batch_read(wanted_tasks(), tasks);
  if (!read) return in_context("look for tasks", read.error());
  for (Row& row : read->rows) {
    for (const std::string& key : keys) {
      const bool is_it = way == Way::property ? is_same_text(row.text(key_), key)
                                              : holds_key(row.text("hs_task_body"), key);
      if (!is_it) continue;
      all.emplace(in_lower_case(key), standing_of(std::move(row), /*is_deleted=*/false));
      break;
    }
  }
  return all;
}

Result<std::vector<FoundTask>> TaskWriter::find(std::span<const std::string> keys) {
  // What is not found now is made again: that rests on no older look into the bin.
  bin_read_at_.reset();
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  const auto kept = way();
  if (!kept) return kept.error();
  std::vector<FoundTask> found;
  for (const std::string& key : keys) {
    const auto there = standing->find(in_lower_case(key));
    if (there != standing->end())
      found.push_back({key, there->second.row.id});
    else if (*kept != Way::unique)
      // One that a person deleted, or moved to another company, is not seen.
      found.push_back({key, "", /*may_stand=*/true});
  }
  return found;
}

Result<std::vector<TaskState>> TaskWriter::states(std::span<const std::string> keys) {
  const auto standing = look_up(keys);
  if (!standing) return standing.error();
  std::vector<TaskState> states;
  for (const std::string& key : keys) {
    const auto there = standing->find(in_lower_case(key));
    if (there == standing->end()) continue;
    const Standing& one = there->second;
    TaskState state;
    state.key = key;
    state.crm_id = one.row.id;
    state.outcome = outcome_of(one.outcome);
    state.note = one.note;
    if (one.is_deleted) {
      state.status = TaskState::Status::deleted;
    } else if (one.is_withdrawn) {
      state.status = TaskState::Status::withdrawn;
    } else if (one.is_done || !state.outcome.empty()) {
      state.status = TaskState::Status::done;
    }
    if (state.status != TaskState::Status::open) {
      // Of a task that is not done this holds when it is due.
      const Instant done = one.row.stamp("hs_task_completion_date");
      state.closed_at = one.is_done && !done.is_missing() ? done : one.row.updated;
    }
    states.push_back(std::move(state));
  }
  return states;
}

// Who is active now: people leave between a pull and a write.
Result<void> TaskWriter::learn_owners(std::span<const TaskDraft> batch) {
  if (batch.empty()) return {};
  owners_.clear();
  std::string after;
  do {
    std::vector<std::pair<std::string, std::string>> query = {{"limit", "100"},
                                                              {"archived", "false"}};
    if (!after.empty()) query.emplace_back("after", after);
    const auto read = client_.fetch_json("look for task owners",
                                         {.path = client_.paths().owners() + query_of(query)});
    if (!read) return read.error();
    const nlohmann::json* results = member(*read, "results");
    if (results != nullptr && results->is_array()) {
      for (const auto& owner : *results) {
        const std::string id = text_in(owner, "id");
        owners_[id] = id;
        const std::string email = in_lower_case(text_in(owner, "email"));
        if (!email.empty()) owners_.emplace(email, id);
      }
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
