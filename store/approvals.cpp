// SPDX-License-Identifier: Apache-2.0
#include "store/approvals.h"

#include "store/delivery_row.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kColumns =
    "SELECT account, connection, crm_id, action, task, asked_at_ms, state, answered_by,"
    " answered_at_ms FROM approvals ";

Result<Approval> read_approval(SQLite::Statement& row) {
  Result<TaskDraft> task = task_from_json(text_at(row, 4));
  if (!task) return in_context("store: read an approval", task.error());
  Approval approval;
  approval.account = {row.getColumn(0).getUInt(), text_at(row, 1), text_at(row, 2)};
  approval.action = text_at(row, 3);
  approval.task = std::move(*task);
  approval.asked_at.ms = row.getColumn(5).getInt64();
  approval.state = static_cast<ApprovalState>(row.getColumn(6).getInt());
  approval.by = text_at(row, 7);
  approval.decided_at = instant_at(row, 8);
  return approval;
}

Result<std::optional<Approval>> one(SQLite::Statement& query) {
  if (!query.executeStep()) return std::optional<Approval>();
  Result<Approval> approval = read_approval(query);
  if (!approval) return approval.error();
  return std::optional<Approval>(std::move(*approval));
}

}  // namespace

const char* to_text(ApprovalState state) {
  switch (state) {
    case ApprovalState::pending:
      return "pending";
    case ApprovalState::approved:
      return "approved";
    case ApprovalState::declined:
      return "declined";
    case ApprovalState::used_up:
      return "approved and used up";
  }
  return "?";
}

Result<void> Approvals::propose(Transaction&, const Approval& approval) {
  return guarded("store: propose a task", [&] {
    SQLite::Statement add(raw(database_),
                          "INSERT INTO approvals (task_key, account, connection, crm_id, action,"
                          " task, asked_at_ms, state, answered_by) VALUES (?, ?, ?, ?, ?, ?, ?, 0,"
                          " '') ON CONFLICT DO NOTHING");
    add.bind(1, approval.task.key);
    add.bind(2, approval.account.number);
    add.bind(3, approval.account.connection);
    add.bind(4, approval.account.id);
    add.bind(5, approval.action);
    add.bind(6, task_to_json(approval.task));
    add.bind(7, approval.asked_at.ms);
    add.exec();
  });
}

Result<bool> Approvals::decide(Transaction&, const std::string& task_key, ApprovalState answer,
                               const std::string& by, Instant at) {
  UPSELLD_ASSERT(answer == ApprovalState::approved || answer == ApprovalState::declined);
  const Result<std::optional<Approval>> known = find(task_key);
  if (!known) return known.error();
  if (!*known) {
    return Error{
        ErrorKind::not_found, "nobody asked for task " + task_key + "; see: upselld approvals", {}};
  }
  const ApprovalState before = (*known)->state;
  const bool was_yes = before == ApprovalState::approved || before == ApprovalState::used_up;
  if (before == answer || (was_yes && answer == ApprovalState::approved)) return false;
  if (before != ApprovalState::pending) {
    return Error{
        ErrorKind::invalid_config, "task " + task_key + " was " + to_text(before) + " before", {}};
  }
  return guarded("store: answer an approval", [&] {
    SQLite::Statement update(raw(database_),
                             "UPDATE approvals SET state = ?, answered_by = ?, answered_at_ms = ?"
                             " WHERE task_key = ?");
    update.bind(1, static_cast<int>(answer));
    update.bind(2, by);
    update.bind(3, at.ms);
    update.bind(4, task_key);
    return update.exec() == 1;
  });
}

Result<std::optional<Approval>> Approvals::find(const std::string& task_key) const {
  return guarded("store: find an approval", [&] {
    SQLite::Statement query(raw(database_), std::string(kColumns) + "WHERE task_key = ?");
    query.bind(1, task_key);
    return one(query);
  });
}

Result<std::optional<Approval>> Approvals::newest(std::uint32_t account,
                                                  const std::string& action) const {
  return guarded("store: find an approval", [&] {
    SQLite::Statement query(
        raw(database_),
        std::string(kColumns) + "WHERE account = ? AND action = ? ORDER BY id DESC LIMIT 1");
    query.bind(1, account);
    query.bind(2, action);
    return one(query);
  });
}

Result<std::uint64_t> Approvals::count(ApprovalState state) const {
  return guarded("store: count approvals", [&] {
    SQLite::Statement query(raw(database_), "SELECT count(*) FROM approvals WHERE state = ?");
    query.bind(1, static_cast<int>(state));
    query.executeStep();
    return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
  });
}

Result<std::vector<Approval>> Approvals::list(std::optional<ApprovalState> state) const {
  using All = std::vector<Approval>;
  return guarded("store: list approvals", [&]() -> Result<All> {
    SQLite::Statement query(
        raw(database_),
        std::string(kColumns) + (state ? "WHERE state = ? ORDER BY id" : "ORDER BY id"));
    if (state) query.bind(1, static_cast<int>(*state));
    All approvals;
    while (query.executeStep()) {
      Result<Approval> approval = read_approval(query);
      if (!approval) return approval.error();
      approvals.push_back(std::move(*approval));
    }
    return approvals;
  });
}

Result<void> Approvals::use_up(Transaction&, const std::string& task_key) {
  return guarded("store: use up an approval", [&] {
    SQLite::Statement update(raw(database_),
                             "UPDATE approvals SET state = ? WHERE task_key = ? AND state = ?");
    update.bind(1, static_cast<int>(ApprovalState::used_up));
    update.bind(2, task_key);
    update.bind(3, static_cast<int>(ApprovalState::approved));
    update.exec();
  });
}

Result<void> Approvals::withdraw(Transaction&, const std::string& task_key) {
  return guarded("store: withdraw an approval", [&] {
    SQLite::Statement remove(raw(database_),
                             "DELETE FROM approvals WHERE task_key = ? AND state = 0");
    remove.bind(1, task_key);
    remove.exec();
  });
}

Result<void> Approvals::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove approvals", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM approvals WHERE account = ?");
    remove.bind(1, account);
    remove.exec();
  });
}

}  // namespace upselld::store
