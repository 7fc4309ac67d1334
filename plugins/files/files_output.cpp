// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_output.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "plugins/files/files_cells.h"
#include "plugins/files/files_table.h"

namespace upselld::plugins::files {

namespace {

using Cells = std::vector<std::optional<std::string>>;

// Places in tasks.csv.
enum TaskColumn : std::size_t {
  kKey,
  kAccount,
  kContact,
  kOwner,
  kType,
  kDue,
  kSubject,
  kBody,
  kStatus,
  kOutcome,
  kNote,
  kScore,
  kTaskColumns
};
constexpr const char* kOpen = "open";
constexpr const char* kWithdrawn = "withdrawn";

std::vector<SharedTable::Column> score_columns() {
  std::vector<SharedTable::Column> columns = {{"account", false}};
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    columns.push_back({to_text(field), field == Field::reasons || field == Field::top_reason});
  }
  return columns;
}

std::vector<SharedTable::Column> task_columns() {
  return {{"key"},    {"account"}, {"contact"},       {"owner"},
          {"type"},   {"due"},     {"subject", true}, {"body", true},
          {"status"}, {"outcome"}, {"outcome_note"},  {"score_at_creation"}};
}

// What we made of a task, to see later whether a person changed it.
std::vector<SharedTable::Column> made_columns() {
  return {{"key"}, {"made"}};
}

FieldValues values_of(const std::vector<std::string>& cells) {
  FieldValues values;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (!cells[i + 1].empty()) values[i] = cells[i + 1];
  }
  return values;
}

Cells cells_of(const TaskDraft& task) {
  Cells cells(kTaskColumns);
  cells[kKey] = task.key;
  cells[kAccount] = task.account;
  cells[kContact] = task.contact;
  cells[kOwner] = task.owner;
  cells[kType] = task.type;
  cells[kDue] = to_text(task.due);
  cells[kSubject] = task.subject;
  cells[kBody] = task.body;
  cells[kStatus] = kOpen;
  cells[kScore] = task.score_at_creation;
  return cells;
}

TaskState state_of(const std::vector<std::string>& cells) {
  TaskState state;
  state.key = cells[kKey];
  state.crm_id = cells[kKey];
  state.outcome = outcome_of(std::string(trimmed(cells[kOutcome])));
  state.note = cells[kNote];
  const std::string status = activity_name_of(cells[kStatus]);
  if (status == kWithdrawn) {
    state.status = TaskState::Status::withdrawn;
  } else if (status == "done" || status == "closed" || status == "completed" ||
             !state.outcome.empty()) {
    // An outcome is chosen when the work is over, whether or not somebody also changed the status.
    state.status = TaskState::Status::done;
  }
  return state;
}

Receipt receipt(Receipt::Outcome outcome, const std::string& id, std::string version) {
  Receipt made;
  made.outcome = outcome;
  made.crm_id = id;
  made.version = std::move(version);
  return made;
}

}  // namespace

// Beside tasks.csv and hidden: nothing for people.
std::filesystem::path Output::made_path() const {
  return paths_.tasks.parent_path() / ("." + paths_.tasks.filename().string() + ".made");
}

Result<std::vector<FieldState>> Output::current_fields(
    std::span<const std::string> accounts) const {
  auto table = SharedTable::load(paths_.scores, score_columns());
  if (!table) return table.error();
  std::vector<FieldState> states;
  for (const std::string& account : accounts) {
    FieldState state;
    state.account = account;
    // A row can be added for any account.
    state.exists = true;
    if (const auto row = table->find(account)) {
      state.version = table->version(*row);
      state.values = values_of(table->cells(*row));
    }
    states.push_back(std::move(state));
  }
  return states;
}

Result<void> Output::update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink) const {
  auto table = SharedTable::load(paths_.scores, score_columns());
  if (!table) return table.error();
  std::vector<std::size_t> rows;
  for (const FieldUpdate& update : batch) {
    Cells cells = {update.account};
    cells.insert(cells.end(), update.values.begin(), update.values.end());
    const auto row = table->find(update.account);
    if (row) table->set(*row, cells);
    rows.push_back(row ? *row : table->append(cells));
  }
  if (auto saved = table->save(paths_.mode); !saved) return saved;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Receipt done = receipt(Receipt::Outcome::accepted, batch[i].account, table->version(rows[i]));
    const std::vector<std::string> cells = table->cells(rows[i]);
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      if (batch[i].values[field]) done.stored[field] = cells[field + 1];
    }
    sink.answer(i, std::move(done));
  }
  return {};
}

Result<void> Output::create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink) const {
  auto table = SharedTable::load(paths_.tasks, task_columns());
  if (!table) return table.error();
  auto made = SharedTable::load(made_path(), made_columns());
  if (!made) return made.error();
  std::vector<std::pair<Receipt::Outcome, std::size_t>> results;
  for (const TaskDraft& task : batch) {
    if (const auto row = table->find(task.key)) {
      results.emplace_back(Receipt::Outcome::already_there, *row);
      continue;
    }
    const std::size_t row = table->append(cells_of(task));
    const Cells noted = {task.key, table->version(row)};
    const auto before = made->find(task.key);
    if (before) made->set(*before, noted);
    if (!before) made->append(noted);
    results.emplace_back(Receipt::Outcome::accepted, row);
  }
  // First, so that a task which stands in the file always has its note.
  if (auto saved = made->save(paths_.mode); !saved) return saved;
  if (auto saved = table->save(paths_.mode); !saved) return saved;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& [outcome, row] = results[i];
    sink.answer(i, receipt(outcome, batch[i].key, table->version(row)));
  }
  return {};
}

Result<void> Output::withdraw_tasks(std::span<const TaskWithdrawal> batch,
                                    ReceiptSink& sink) const {
  auto table = SharedTable::load(paths_.tasks, task_columns());
  if (!table) return table.error();
  auto made = SharedTable::load(made_path(), made_columns());
  if (!made) return made.error();
  std::vector<Receipt> receipts;
  for (const TaskWithdrawal& task : batch) {
    const auto row = table->find(task.key);
    const auto note = made->find(task.key);
    const bool is_untouched = row && note && table->version(*row) == made->cells(*note)[1];
    if (is_untouched) {
      Cells cells(kTaskColumns);
      cells[kStatus] = kWithdrawn;
      cells[kBody] = fmt::format("{}\nWithdrawn: {}", table->cells(*row)[kBody], task.why);
      table->set(*row, cells);
    }
    receipts.push_back(
        receipt(is_untouched ? Receipt::Outcome::accepted : Receipt::Outcome::already_there,
                task.key, row ? table->version(*row) : std::string()));
  }
  if (auto saved = table->save(paths_.mode); !saved) return saved;
  for (std::size_t i = 0; i < receipts.size(); ++i) sink.answer(i, std::move(receipts[i]));
  return {};
}

Result<std::vector<FoundTask>> Output::find_tasks(std::span<const std::string> keys) const {
  auto table = SharedTable::load(paths_.tasks, task_columns());
  if (!table) return table.error();
  std::vector<FoundTask> found;
  for (const std::string& key : keys) {
    if (table->find(key)) found.push_back({key, key});
  }
  return found;
}

Result<std::vector<TaskState>> Output::task_states(std::span<const std::string> keys) const {
  auto table = SharedTable::load(paths_.tasks, task_columns());
  if (!table) return table.error();
  std::vector<TaskState> states;
  for (const std::string& key : keys) {
    if (const auto row = table->find(key)) {
      states.push_back(state_of(table->cells(*row)));
      continue;
    }
    TaskState gone;
    gone.key = key;
    gone.crm_id = key;
    gone.status = TaskState::Status::deleted;
    states.push_back(std::move(gone));
  }
  return states;
}

}  // namespace upselld::plugins::files
