// SPDX-License-Identifier: Apache-2.0
#include "store/migration.h"

#include <catch2/catch.hpp>

#include <SQLiteCpp/Database.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace upselld::store;

// After a migration was added, run this test with UPSELLD_WRITE_SCHEMA=1 to write schema.sql anew.
TEST_CASE("migrations: add up to schema.sql") {
  SQLite::Database sql(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(sql, 0);
  const std::string path = std::string(UPSELLD_SOURCE_DIR) + "/store/schema.sql";
  if (std::getenv("UPSELLD_WRITE_SCHEMA") != nullptr) std::ofstream(path) << schema_text(sql);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  INFO("after a migration was added, run this test with UPSELLD_WRITE_SCHEMA=1");
  REQUIRE(text.str() == schema_text(sql));
}

TEST_CASE("migrations: each step leads from the version before it") {
  SQLite::Database sql(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (std::size_t i = 0; i < migrations().size(); ++i) {
    REQUIRE(migrations()[i].number == static_cast<int>(i) + 1);
  }
  migrate(sql, 0);
  REQUIRE(sql.execAndGet("PRAGMA user_version").getInt() == migrations().back().number);
  migrate(sql, migrations().back().number);
  REQUIRE(sql.execAndGet("PRAGMA integrity_check").getString() == "ok");
}
