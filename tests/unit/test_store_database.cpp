// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include "store/migration.h"
#include "store/sql.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

using namespace upselld;
using namespace upselld::store;

namespace {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upselld-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

Database opened(const std::filesystem::path& path) {
  auto database = Database::open(path, OpenMode::create_or_upgrade);
  REQUIRE(database);
  return std::move(*database);
}

// A store as the first version left it.
void write_old(const std::filesystem::path& path, int number) {
  SQLite::Database old(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  old.exec("PRAGMA application_id = 1970303844");
  old.exec(std::string(migrations()[0].sql));
  old.exec("UPDATE record_state SET next_number = " + std::to_string(number));
  old.exec("PRAGMA user_version = 1");
}

std::int64_t next_number(Database& database) {
  return raw(database).execAndGet("SELECT next_number FROM record_state").getInt64();
}

}  // namespace

TEST_CASE("database: a new file is made at the newest version and opens again") {
  const TempDir dir;
  { REQUIRE(opened(dir / "upselld.db").version() == newest_version()); }
  Database again = opened(dir / "upselld.db");
  REQUIRE(next_number(again) == 1);
  auto reader = Database::open(dir / "upselld.db", OpenMode::read_only);
  REQUIRE(reader);
  REQUIRE(next_number(*reader) == 1);
}

TEST_CASE("database: reading where there is none says what to do") {
  const TempDir dir;
  const auto database = Database::open(dir / "upselld.db", OpenMode::read_only);
  REQUIRE_FALSE(database);
  REQUIRE(database.error().kind == ErrorKind::not_found);
  REQUIRE(database.error().message.find("upselld sync") != std::string::npos);
}

TEST_CASE("database: garbage is corrupt and names the remedy") {
  const TempDir dir;
  std::ofstream(dir / "upselld.db") << std::string(20'000, 'x');
  const auto database = Database::open(dir / "upselld.db", OpenMode::create_or_upgrade);
  REQUIRE_FALSE(database);
  REQUIRE(database.error().kind == ErrorKind::corrupt);
  REQUIRE(database.error().message.find("restore a backup") != std::string::npos);
}

TEST_CASE("database: another program's database is left alone") {
  const TempDir dir;
  { SQLite::Database(dir / "upselld.db", 6).exec("CREATE TABLE t (a); PRAGMA user_version = 1"); }
  const auto database = Database::open(dir / "upselld.db", OpenMode::create_or_upgrade);
  REQUIRE_FALSE(database);
  REQUIRE(database.error().kind == ErrorKind::corrupt);
}

TEST_CASE("database: a newer file is refused with both versions") {
  const TempDir dir;
  {
    raw(*std::make_unique<Database>(opened(dir / "upselld.db"))).exec("PRAGMA user_version = 999");
  }
  const auto database = Database::open(dir / "upselld.db", OpenMode::create_or_upgrade);
  REQUIRE_FALSE(database);
  REQUIRE(database.error().kind == ErrorKind::unsupported);
  REQUIRE(database.error().message.find("schema 999") != std::string::npos);
  REQUIRE(database.error().message.find("knows " + std::to_string(newest_version())) !=
          std::string::npos);
}

TEST_CASE("database: an older file is copied before it is upgraded") {
  const TempDir dir;
  write_old(dir / "upselld.db", 77);
  REQUIRE_FALSE(Database::open(dir / "upselld.db", OpenMode::read_only));
  Database upgraded = opened(dir / "upselld.db");
  REQUIRE(next_number(upgraded) == 77);
  const std::string copy = "upselld.db.before-" + std::to_string(newest_version());
  SQLite::Database before(dir / copy.c_str(), SQLite::OPEN_READONLY);
  REQUIRE(before.execAndGet("PRAGMA user_version").getInt() == 1);
  REQUIRE(before.execAndGet("SELECT next_number FROM record_state").getInt() == 77);
}

TEST_CASE("database: a second upgrade copies what was written since the way back") {
  const TempDir dir;
  write_old(dir / "upselld.db", 77);
  opened(dir / "upselld.db");
  std::filesystem::remove(dir / "upselld.db");
  write_old(dir / "upselld.db", 88);
  opened(dir / "upselld.db");
  const std::string copy = "upselld.db.before-" + std::to_string(newest_version());
  SQLite::Database before(dir / copy.c_str(), SQLite::OPEN_READONLY);
  REQUIRE(before.execAndGet("SELECT next_number FROM record_state").getInt() == 88);
}

TEST_CASE("database: an upgrade that fails on its way leaves the former version") {
  const TempDir dir;
  write_old(dir / "upselld.db", 77);
  // A later step cannot make what is there already.
  {
    SQLite::Database old(dir / "upselld.db", SQLite::OPEN_READWRITE);
    old.exec("CREATE TABLE sweeps_ended (a)");
  }
  REQUIRE_FALSE(Database::open(dir / "upselld.db", OpenMode::create_or_upgrade));
  SQLite::Database left(dir / "upselld.db", SQLite::OPEN_READONLY);
  REQUIRE(left.execAndGet("PRAGMA user_version").getInt() == 1);
  REQUIRE(left.execAndGet("SELECT next_number FROM record_state").getInt() == 77);
}

TEST_CASE("transaction: nothing stays unless it is committed") {
  const TempDir dir;
  Database database = opened(dir / "upselld.db");
  {
    auto transaction = Transaction::begin(database, "test", Durability::full);
    REQUIRE(transaction);
    raw(database).exec("UPDATE record_state SET next_number = 5");
  }
  REQUIRE(next_number(database) == 1);
  auto transaction = Transaction::begin(database, "test", Durability::normal);
  REQUIRE(transaction);
  raw(database).exec("UPDATE record_state SET next_number = 6");
  REQUIRE(transaction->commit());
  REQUIRE(next_number(database) == 6);
}

TEST_CASE("database: a failed statement is an error that says what was being done") {
  const TempDir dir;
  Database database = opened(dir / "upselld.db");
  const auto failed =
      guarded("store: try", [&] { raw(database).exec("SELECT nothing FROM here"); });
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().message.rfind("store: try: ", 0) == 0);
  const auto given = guarded("store: try", [] { return 3; });
  REQUIRE(*given == 3);
}

TEST_CASE("database: a full disk is told as such") {
  const TempDir dir;
  Database database = opened(dir / "upselld.db");
  raw(database).exec("PRAGMA max_page_count = 60");
  const auto failed = guarded("store: fill", [&] {
    raw(database).exec("CREATE TABLE big (b); INSERT INTO big VALUES (zeroblob(4000000))");
  });
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().kind == ErrorKind::io);
  REQUIRE(failed.error().message == "store: fill: the disk is full: free space and run again");
}

TEST_CASE("database: a copy is complete and never overwrites") {
  const TempDir dir;
  Database database = opened(dir / "upselld.db");
  raw(database).exec("UPDATE record_state SET next_number = 9");
  REQUIRE(database.copy_to(dir / "copy.db"));
  REQUIRE_FALSE(database.copy_to(dir / "copy.db"));
  Database copy = opened(dir / "copy.db");
  REQUIRE(next_number(copy) == 9);
}

TEST_CASE("database: a copy is for its owner alone, and a folder that is wrong is named") {
  const TempDir dir;
  Database database = opened(dir / "upselld.db");
  REQUIRE(database.copy_to(dir / "copy.db"));
  CHECK((std::filesystem::status(dir / "copy.db").permissions() & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto copied = database.copy_to(dir / "none" / "copy.db");
  REQUIRE_FALSE(copied);
  CHECK(copied.error().message == "copy store to " + (dir / "none" / "copy.db").string() +
                                      ": the folder " + (dir / "none").string() +
                                      ": No such file or directory: make it first");
}

TEST_CASE("database: a long upgrade tells that it moves") {
  const TempDir dir;
  write_old(dir / "upselld.db", 7);
  {
    SQLite::Database old(dir / "upselld.db", SQLite::OPEN_READWRITE);
    old.exec(
        "CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
        "100000) SELECT i FROM n");
  }
  int moves = 0;
  REQUIRE(Database::open(dir / "upselld.db", OpenMode::create_or_upgrade, [&] { ++moves; }));
  CHECK(moves > 5);
  moves = 0;
  auto again = Database::open(dir / "upselld.db", OpenMode::create_or_upgrade, [&] { ++moves; });
  REQUIRE(again);
  CHECK(raw(*again).execAndGet("SELECT sum(i) FROM many").getInt64() == 5'000'050'000);
  CHECK(moves == 0);
}

TEST_CASE("database: a folder that is closed to us is not taken for an empty one") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can be another user");
    return;
  }
  const TempDir dir;
  opened(dir / "upselld.db");
  REQUIRE(::seteuid(65'534) == 0);
  const auto database = Database::open(dir / "upselld.db", OpenMode::read_only);
  REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(database);
  CHECK(database.error().kind == ErrorKind::io);
  CHECK(database.error().message.find("check owner and permissions") != std::string::npos);
}

TEST_CASE("state lock: the second process is told who holds it") {
  const TempDir dir;
  auto first = StateLock::acquire(dir / "state", "upselld sync");
  REQUIRE(first);
  const auto second = StateLock::acquire(dir / "state", "upselld train");
  REQUIRE_FALSE(second);
  REQUIRE(second.error().kind == ErrorKind::busy);
  REQUIRE(second.error().message.find("process " + std::to_string(::getpid()) + " upselld sync") !=
          std::string::npos);
  { const StateLock released = std::move(*first); }
  REQUIRE(StateLock::acquire(dir / "state", "upselld train"));
  const auto mode = std::filesystem::status(dir / "state").permissions();
  REQUIRE(mode == std::filesystem::perms::owner_all);
}

TEST_CASE("state lock: a link in its place is not followed") {
  const TempDir dir;
  const auto elsewhere = dir / "elsewhere";
  std::ofstream(elsewhere) << "of somebody else";
  std::filesystem::create_directory(dir / "state");
  std::filesystem::create_symlink(elsewhere, dir / "state" / "lock");
  const auto lock = StateLock::acquire(dir / "state", "upselld run");
  REQUIRE_FALSE(lock);
  CHECK(lock.error().kind == ErrorKind::io);
  CHECK(std::filesystem::file_size(elsewhere) == 16);
}
