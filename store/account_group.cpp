// SPDX-License-Identifier: Apache-2.0
#include "store/account_group.h"

#include "store/account_directory.h"
#include "store/account_roots.h"
#include "store/account_rows.h"
#include "store/record_names.h"
#include "store/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace upselld::store {
namespace {

Result<void> add_rows(SQLite::Database& sql, const char* which, std::uint32_t number,
                      std::vector<AccountRow>& rows) {
  SQLite::Statement query(sql,
                          fmt::format("SELECT {} FROM accounts {}", AccountRows::kColumns, which));
  query.bind(1, number);
  while (query.executeStep()) {
    if (!AccountRows::read_row(query, rows.emplace_back())) {
      return damaged_account(rows.back().number);
    }
  }
  return {};
}

// The rows that stand for one account, its own first. In two steps, each by an index.
Result<std::vector<AccountRow>> rows_of(SQLite::Database& sql, std::uint32_t number) {
  std::vector<AccountRow> rows;
  const auto own =
      add_rows(sql, "WHERE number = (SELECT root FROM accounts AS named WHERE named.number = ?)",
               number, rows);
  if (!own) return own.error();
  if (rows.empty()) return account_not_found(number);
  const auto others =
      add_rows(sql, "WHERE root = ? AND root <> number ORDER BY number", rows.front().number, rows);
  if (!others) return others.error();
  return rows;
}

}  // namespace

Result<AccountGroup> account_group(Database& database, std::uint32_t number) {
  return guarded("store: read what stands for an account", [&]() -> Result<AccountGroup> {
    SQLite::Database& sql = raw(database);
    const auto rows = rows_of(sql, number);
    if (!rows) return rows.error();
    RecordNames names;
    names.load(sql);
    const std::vector<JoinedSpace> spaces = joined_spaces(names);
    AccountGroup group;
    const auto add_joined = [&](JoinedId joined) {
      const auto known = std::find(group.joined.begin(), group.joined.end(), joined);
      if (known == group.joined.end()) group.joined.push_back(std::move(joined));
    };
    SQLite::Statement taken(sql, "SELECT 1 FROM accounts WHERE place = ?");
    for (const AccountRow& row : *rows) {
      if (names.kind(row.space) == NameKind::joined_space) {
        add_joined({names.text(row.space), row.id});
        continue;
      }
      group.accounts.push_back({row.number, names.text(row.space), row.id});
      for (const JoinedSpace& space : spaces) {
        const auto value = joined_value(row, space);
        if (!value) continue;
        // A row there is among these rows, or another account's as well.
        taken.bind(1, static_cast<std::int64_t>(place_of_id(space.key, *value)));
        if (!taken.executeStep()) add_joined({names.text(space.code), *value});
        taken.reset();
      }
    }
    return group;
  });
}

}  // namespace upselld::store
