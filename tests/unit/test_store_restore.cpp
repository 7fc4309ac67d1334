// SPDX-License-Identifier: Apache-2.0
#include "store/restore.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "store/sql.h"

using namespace upselld;
using namespace upselld::store;

namespace {

namespace fs = std::filesystem;

class TempDir {
 public:
  TempDir() {
    std::string pattern = (fs::temp_directory_path() / "upselld-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

Database opened(const fs::path& path) {
  auto database = Database::open(path, OpenMode::create_or_upgrade);
  REQUIRE(database);
  return std::move(*database);
}

void set_number(Database& database, int number) {
  raw(database).exec("UPDATE record_state SET next_number = " + std::to_string(number));
}

int number_in(const fs::path& path) {
  Database database = opened(path);
  return raw(database).execAndGet("SELECT next_number FROM record_state").getInt();
}

// A store whose newest commit stands in the log alone, as a killed process leaves it.
void write_killed_store(const TempDir& dir, const char* name, int number) {
  Database database = opened(dir / "living.db");
  REQUIRE(database.checkpoint(seconds(1)));
  set_number(database, number);
  for (const char* tail : {"", "-wal"}) {
    fs::copy_file(dir / (std::string("living.db") + tail).c_str(),
                  dir / (std::string(name) + tail).c_str());
  }
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_backup(const TempDir& dir, const char* name, int number) {
  Database database = opened(dir / name);
  set_number(database, number);
}

}  // namespace

TEST_CASE("restore: what stood there goes aside with the commits in its log") {
  const TempDir dir;
  write_killed_store(dir, "upselld.db", 41);
  write_backup(dir, "incoming.db", 7);
  const auto replaced = replace_store(dir / "incoming.db", dir / "upselld.db", dir / "aside.db");
  REQUIRE(replaced);
  CHECK(*replaced);
  CHECK_FALSE(fs::exists(dir / "upselld.db-wal"));
  CHECK_FALSE(fs::exists(dir / "incoming.db"));
  CHECK(number_in(dir / "upselld.db") == 7);
  CHECK(number_in(dir / "aside.db") == 41);
}

TEST_CASE("restore: what was set aside is never written over") {
  const TempDir dir;
  write_backup(dir, "upselld.db", 1);
  write_backup(dir, "aside.db", 2);
  write_backup(dir, "incoming.db", 3);
  CHECK_FALSE(replace_store(dir / "incoming.db", dir / "upselld.db", dir / "aside.db"));
  CHECK(number_in(dir / "upselld.db") == 1);
  CHECK(number_in(dir / "aside.db") == 2);
}

TEST_CASE("restore: a damaged store goes aside as it is") {
  const TempDir dir;
  const std::string damaged(20'000, 'x');
  std::ofstream(dir / "upselld.db") << damaged;
  write_backup(dir, "incoming.db", 3);
  REQUIRE(replace_store(dir / "incoming.db", dir / "upselld.db", dir / "aside.db"));
  CHECK(number_in(dir / "upselld.db") == 3);
  CHECK(bytes_of(dir / "aside.db") == damaged);
}

TEST_CASE("restore: a log that was left without its store is not read as the new one's") {
  const TempDir dir;
  write_killed_store(dir, "upselld.db", 41);
  fs::remove(dir / "upselld.db");
  write_backup(dir, "incoming.db", 3);
  const auto replaced = replace_store(dir / "incoming.db", dir / "upselld.db", dir / "aside.db");
  REQUIRE(replaced);
  CHECK_FALSE(*replaced);
  CHECK(number_in(dir / "upselld.db") == 3);
  CHECK(fs::exists(dir / "aside.db-wal"));
}

TEST_CASE("restore: a copy has what stands in the log of its source, which is only read") {
  const TempDir dir;
  write_killed_store(dir, "source.db", 41);
  const std::string file = bytes_of(dir / "source.db");
  const std::string log = bytes_of(dir / "source.db-wal");
  std::ofstream(dir / "copy.db-wal") << "left by an attempt that was killed";
  {
    const auto copy = open_copy(dir / "source.db", dir / "copy.db");
    REQUIRE(copy);
  }
  CHECK(number_in(dir / "copy.db") == 41);
  CHECK(bytes_of(dir / "source.db") == file);
  CHECK(bytes_of(dir / "source.db-wal") == log);
  std::ofstream(dir / "empty.db") << "";
  CHECK_FALSE(open_copy(dir / "empty.db", dir / "copy.db"));
  CHECK_FALSE(fs::exists(dir / "copy.db"));
}
