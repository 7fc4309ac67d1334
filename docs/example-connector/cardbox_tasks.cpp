// SPDX-License-Identifier: Apache-2.0
#include "cardbox_tasks.h"

namespace upselld::cardbox {

namespace {

// Tells a task that we closed from one that a rep closed.
constexpr const char* kWithdrawn = "Withdrawn by upselld: ";
// Of a task as it was made. Every change moves it, whoever makes it.
constexpr int kVersionUntouched = 1;

Receipt receipt_of(const Json& row, const std::string& taken) {
  Receipt receipt;
  receipt.crm_id = text_of(row, "id");
  receipt.version = text_of(row, "version");
  receipt.outcome = Receipt::Outcome::accepted;
  const auto error = row.find("error");
  if (error == row.end()) return receipt;
  receipt.code = text_of(*error, "code");
  receipt.message = text_of(*error, "message");
  receipt.field = text_of(*error, "field");
  receipt.outcome =
      receipt.code == taken ? Receipt::Outcome::already_there : Receipt::Outcome::rejected;
  return receipt;
}

TaskState state_of(const std::string& key, const Json& row) {
  TaskState state;
  state.key = key;
  state.crm_id = text_of(row, "id");
  state.outcome = outcome_of(text_of(row, "outcome"));
  state.note = text_of(row, "note");
  const auto closed_at = row.find("closed_at");
  if (closed_at != row.end() && closed_at->is_number_integer()) {
    state.closed_at = {closed_at->get<std::int64_t>()};
  }
  const std::string status = text_of(row, "status");
  if (status == "deleted") {
    state.status = TaskState::Status::deleted;
  } else if (status == "closed") {
    state.status =
        state.note.starts_with(kWithdrawn) ? TaskState::Status::withdrawn : TaskState::Status::done;
  }
  return state;
}

}  // namespace

Result<void> Tasks::create(std::span<const TaskDraft> batch, ReceiptSink& sink) {
  return in_groups(batch, [&](std::span<const TaskDraft> group, std::size_t first) {
    Json rows = Json::array();
    for (const TaskDraft& task : group) {
      rows.push_back({{"key", task.key},
                      {"account", task.account},
                      {"contact", task.contact},
                      {"owner", task.owner},
                      {"type", task.type},
                      {"due", task.due.ms},
                      {"subject", task.subject},
                      {"body", task.body},
                      {"score", task.score_at_creation}});
    }
    return settle("/tasks/create", rows, first, "key_taken", sink);
  });
}

Result<void> Tasks::withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink) {
  return in_groups(batch, [&](std::span<const TaskWithdrawal> group, std::size_t first) {
    Json rows = Json::array();
    for (const TaskWithdrawal& withdrawal : group) {
      rows.push_back({{"key", withdrawal.key},
                      {"note", kWithdrawn + withdrawal.why},
                      {"if_version", kVersionUntouched}});
    }
    return settle("/tasks/close", rows, first, "changed", sink);
  });
}

Result<void> Tasks::settle(const std::string& path, const Json& rows, std::size_t first,
                           const std::string& taken, ReceiptSink& sink) {
  const auto answer = client_.write(path, {{"rows", rows}});
  if (!answer && answer.error().kind != ErrorKind::timed_out) return answer.error();
  std::map<std::string, const Json*> answered;
  if (answer) {
    for (const Json& row : rows_of(*answer)) answered[text_of(row, "key")] = &row;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = answered.find(text_of(rows[i], "key"));
    // Sent, and no word of it: the pipeline looks before it sends again.
    sink.answer(first + i, row == answered.end() ? Receipt{} : receipt_of(*row->second, taken));
  }
  return {};
}

Result<std::vector<TaskState>> Tasks::states(std::span<const std::string> keys) {
  std::map<std::string, TaskState> found;
  const auto asked = in_groups(keys, [&](std::span<const std::string> group, std::size_t) {
    const auto answer = client_.read("/tasks/read", {{"keys", group}});
    if (!answer) return Result<void>(answer.error());
    for (const Json& row : rows_of(*answer)) {
      const std::string key = text_of(row, "key");
      if (!key.empty()) found[key] = state_of(key, row);
    }
    return Result<void>();
  });
  if (!asked) return asked.error();
  std::vector<TaskState> states;
  for (auto& [key, state] : found) states.push_back(std::move(state));
  return states;
}

Result<std::vector<FoundTask>> Tasks::find(std::span<const std::string> keys) {
  const auto all = states(keys);
  if (!all) return all.error();
  std::vector<FoundTask> found;
  for (const TaskState& state : *all) found.push_back({state.key, state.crm_id});
  return found;
}

}  // namespace upselld::cardbox
