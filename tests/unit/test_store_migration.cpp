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

TEST_CASE("migrations: settled deliveries of a former version are counted, open ones are not") {
  SQLite::Database sql(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int i = 0; i < 3; ++i) sql.exec(std::string(migrations()[static_cast<std::size_t>(i)].sql));
  for (const char* row : {"'crm', 0, 3", "'crm', 0, 3", "'crm', 1, 6", "'crm', 0, 0"}) {
    sql.exec(std::string("INSERT INTO outbox (connection, kind, state, account, crm_id, decision,"
                         " expected_value, task_key, payload, attempt, meant_at_ms, cause) VALUES"
                         " (") +
             row + ", 7, 'A7', 'd1', 1, '', '{}', 1, 1795000000000, '')");
  }
  migrate(sql, 3);
  const auto count = [&](const char* where) {
    return sql
        .execAndGet(std::string("SELECT coalesce(sum(count), 0) FROM outbox_settled WHERE ") +
                    where)
        .getInt();
  };
  REQUIRE(count("kind = 0 AND state = 3") == 2);
  REQUIRE(count("kind = 1 AND state = 6") == 1);
  REQUIRE(count("1") == 3);
  sql.exec("UPDATE outbox SET state = 3 WHERE state = 0");
  sql.exec("DELETE FROM outbox WHERE kind = 1");
  REQUIRE(count("kind = 0 AND state = 3") == 3);
  REQUIRE(count("1") == 3);
}

TEST_CASE("migrations: a task of a former version may stand if its answer could be missing") {
  SQLite::Database sql(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int i = 0; i < 8; ++i) sql.exec(std::string(migrations()[static_cast<std::size_t>(i)].sql));
  // Account, kind, state, attempts, when it was sent.
  for (const char* row : {"1, 1, 0, 0, NULL", "2, 1, 0, 1, 5", "3, 1, 2, 1, 6", "4, 1, 5, 1, 7",
                          "5, 1, 5, 2, 8", "6, 1, 4, 1, 9", "7, 1, 4, 3, 10", "8, 0, 2, 1, 11"}) {
    sql.exec(
        std::string("INSERT INTO outbox (account, kind, state, attempt, sent_at_ms, connection,"
                    " crm_id, decision, expected_value, task_key, payload, meant_at_ms, cause)"
                    " VALUES (") +
        row + ", 'crm', 'A7', 'd1', 1, '', '{}', 1795000000000, '')");
  }
  migrate(sql, 8);
  REQUIRE(sql.execAndGet("SELECT group_concat(account || ' ' || doubted_at_ms, ', ') FROM outbox"
                         " WHERE doubted_at_ms IS NOT NULL")
              .getString() == "2 5, 3 6, 5 8, 7 10");
}
