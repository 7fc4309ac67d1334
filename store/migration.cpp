// SPDX-License-Identifier: Apache-2.0
#include "store/migration.h"

#include "core/assertions.h"
#include "core/kill_point.h"
#include "embedded/store_migrations.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <cstdlib>

namespace upselld::store {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> kMigrations = [] {
    std::vector<Migration> found;
    for (const EmbeddedFile& file : store_migrations()) {
      const int number = std::atoi(std::string(file.name.substr(0, 4)).c_str());
      UPSELLD_ASSERT(number == static_cast<int>(found.size()) + 1);
      found.push_back({number, file.name, file.bytes});
    }
    return found;
  }();
  return kMigrations;
}

void migrate(SQLite::Database& sql, int version) {
  SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
  for (const Migration& step : migrations()) {
    if (step.number <= version) continue;
    sql.exec(std::string(step.sql));
    sql.exec("PRAGMA user_version = " + std::to_string(step.number));
    kill_point("store.migration.after_step");
  }
  transaction.commit();
  kill_point("store.migration.after_commit");
}

std::string schema_text(SQLite::Database& sql) {
  std::string text =
      "-- SPDX-License-Identifier: Apache-2.0\n"
      "-- What all migrations add up to. Made by the test \"migrations: add up to schema.sql\".\n";
  SQLite::Statement rows(sql,
                         "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
                         "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY tbl_name, type = "
                         "'trigger', type DESC, name");
  while (rows.executeStep()) text += "\n" + rows.getColumn(0).getString() + ";\n";
  return text;
}

}  // namespace upselld::store
