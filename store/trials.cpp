// SPDX-License-Identifier: Apache-2.0
#include "store/trials.h"

#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kBegin =
    "INSERT INTO trials (account, connection, crm_id, run, day, action, rule, task_type,"
    " is_held_out, probability) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    " ON CONFLICT DO NOTHING";
constexpr const char* kList =
    "SELECT crm_id, day, action, rule, task_type, is_held_out, probability FROM trials"
    " WHERE connection = ? ORDER BY account";

}  // namespace

Trials::Trials(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
Trials::~Trials() = default;

Result<bool> Trials::begin(Transaction&, const AccountRef& account, const std::string& run,
                           const Trial& trial) {
  return guarded("store: begin a trial", [&] {
    auto begin = statements_->use(kBegin);
    begin->bind(1, account.number);
    begin->bindNoCopy(2, account.connection);
    begin->bindNoCopy(3, account.id);
    begin->bindNoCopy(4, run);
    begin->bind(5, trial.day.number);
    begin->bindNoCopy(6, trial.action);
    begin->bindNoCopy(7, trial.rule);
    begin->bindNoCopy(8, trial.task_type);
    begin->bind(9, trial.held_out ? 1 : 0);
    if (trial.probability) begin->bind(10, *trial.probability);
    return begin->exec() == 1;
  });
}

Result<void> Trials::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove a trial", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM trials WHERE account = ?");
    remove.bind(1, account);
    remove.exec();
  });
}

Result<std::vector<Trial>> Trials::list(const std::string& connection) const {
  return guarded("store: list trials", [&] {
    SQLite::Statement query(raw(database_), kList);
    query.bind(1, connection);
    std::vector<Trial> trials;
    while (query.executeStep()) {
      Trial trial;
      trial.account = text_at(query, 0);
      trial.day.number = query.getColumn(1).getInt();
      trial.action = text_at(query, 2);
      trial.rule = text_at(query, 3);
      trial.task_type = text_at(query, 4);
      trial.held_out = query.getColumn(5).getInt() != 0;
      if (!query.isColumnNull(6)) trial.probability = query.getColumn(6).getDouble();
      trials.push_back(std::move(trial));
    }
    return trials;
  });
}

}  // namespace upselld::store
