// SPDX-License-Identifier: Apache-2.0
#include "store/account_rows.h"

#include "store/statements.h"

#include <fmt/format.h>

namespace upselld::store {
namespace {

constexpr const char* kInsert =
    "INSERT INTO accounts (place, number, root, space, id, known_mark, merged_into, merged_at, "
    "version, deletion_at, name, owner, parent, currency, created_at, pause_until, opted_out, "
    "in_scope, past) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kUpdate =
    "UPDATE accounts SET known_mark = ?, merged_into = ?, merged_at = ?, version = ?, "
    "deletion_at = ?, name = ?, owner = ?, parent = ?, currency = ?, created_at = ?, "
    "pause_until = ?, opted_out = ?, in_scope = ?, past = ? WHERE place = ?";

// Binds what may change, from `index` on; the next free index.
// `row` and `past` must outlive the execution.
int bind_facts(SQLite::Statement& statement, int index, const AccountRow& row,
               const std::string& past) {
  statement.bind(index++, row.known_mark);
  statement.bind(index++, row.merged_into);
  bind_instant(statement, index++, row.merged_at);
  bind_instant(statement, index++, row.version);
  bind_instant(statement, index++, row.deletion_at);
  statement.bindNoCopy(index++, row.name);
  statement.bindNoCopy(index++, row.owner);
  statement.bindNoCopy(index++, row.parent);
  statement.bindNoCopy(index++, row.currency);
  bind_instant(statement, index++, row.created_at);
  bind_instant(statement, index++, row.pause_until);
  statement.bind(index++, row.opted_out ? 1 : 0);
  statement.bind(index++, row.in_scope ? 1 : 0);
  statement.bindNoCopy(index++, past.data(), static_cast<int>(past.size()));
  return index;
}

}  // namespace

Error account_not_found(std::uint32_t number) {
  return {ErrorKind::not_found, fmt::format("read account {}: there is none", number), {}};
}
Error damaged_account(std::uint32_t number) {
  return {ErrorKind::corrupt,
          fmt::format("read store: account {} is damaged: restore a backup with "
                      "`upselld restore`",
                      number),
          {}};
}

AccountRows::AccountRows(SQLite::Database& sql)
    : read_(sql, fmt::format("SELECT {} FROM accounts WHERE place = ?", kColumns)),
      insert_(sql, kInsert),
      update_(sql, kUpdate),
      set_root_(sql, "UPDATE accounts SET root = ? WHERE place = ?") {}

bool AccountRows::read_row(SQLite::Statement& statement, AccountRow& row) {
  int column = 0;
  row.place = static_cast<std::uint64_t>(statement.getColumn(column++).getInt64());
  row.number = statement.getColumn(column++).getUInt();
  row.root = statement.getColumn(column++).getUInt();
  row.space = static_cast<std::uint16_t>(statement.getColumn(column++).getInt());
  row.id = statement.getColumn(column++).getString();
  row.known_mark = statement.getColumn(column++).getInt64();
  row.merged_into = statement.getColumn(column++).getUInt();
  row.merged_at = instant_at(statement, column++);
  row.version = instant_at(statement, column++);
  row.deletion_at = instant_at(statement, column++);
  row.name = statement.getColumn(column++).getString();
  row.owner = statement.getColumn(column++).getString();
  row.parent = statement.getColumn(column++).getString();
  row.currency = statement.getColumn(column++).getString();
  row.created_at = instant_at(statement, column++);
  row.pause_until = instant_at(statement, column++);
  row.opted_out = statement.getColumn(column++).getInt() != 0;
  row.in_scope = statement.getColumn(column++).getInt() != 0;
  return row.past.unpack(blob_of(statement.getColumn(column)));
}

Result<std::optional<AccountRow>> AccountRows::read(std::uint64_t place) {
  read_.reset();
  read_.bind(1, static_cast<std::int64_t>(place));
  if (!read_.executeStep()) return std::optional<AccountRow>();
  AccountRow row;
  const bool is_whole = read_row(read_, row);
  read_.reset();
  if (!is_whole) {
    return damaged_account(row.number);
  }
  return std::optional(std::move(row));
}

Result<AccountRow> AccountRows::read_known(SQLite::Database& sql, std::uint32_t number) {
  SQLite::Statement rows(
      sql, fmt::format("SELECT {} FROM accounts WHERE number = ? AND known_mark <> 0", kColumns));
  rows.bind(1, number);
  if (!rows.executeStep()) return account_not_found(number);
  AccountRow row;
  if (!read_row(rows, row)) return damaged_account(number);
  return row;
}

void AccountRows::insert(const AccountRow& row) {
  insert_.bind(1, static_cast<std::int64_t>(row.place));
  insert_.bind(2, row.number);
  insert_.bind(3, row.root);
  insert_.bind(4, static_cast<int>(row.space));
  insert_.bindNoCopy(5, row.id);
  const std::string past = row.past.pack();
  bind_facts(insert_, 6, row, past);
  insert_.exec();
  insert_.reset();
}

void AccountRows::update(const AccountRow& row) {
  const std::string past = row.past.pack();
  const int index = bind_facts(update_, 1, row, past);
  update_.bind(index, static_cast<std::int64_t>(row.place));
  update_.exec();
  update_.reset();
}

void AccountRows::set_root(std::uint64_t place, std::uint32_t root) {
  set_root_.bind(1, root);
  set_root_.bind(2, static_cast<std::int64_t>(place));
  set_root_.exec();
  set_root_.reset();
}

}  // namespace upselld::store
