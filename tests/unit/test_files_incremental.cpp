// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/files_fixture.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::drain;
using tests::FilesFixture;
using tests::map;
using tests::text;
using tests::texts_of;
using Texts = std::vector<std::string>;

constexpr const char* kHeader = "account,at,kind\n";

Node events() {
  return map({{"joins", map({{"connection", text("crm")}, {"by", text("No")}})},
              {"activities", map({{"path", text("events.csv")}})}});
}
Texts accounts_of(const tests::Drained& drained) {
  return texts_of(drained, &ActivityColumns::account);
}

}  // namespace

TEST_CASE("files: an unchanged file gives nothing and is not even read") {
  FilesFixture shop;
  shop.folder.write("events.csv", std::string(kHeader) + "A,2024-01-01,login\n");
  REQUIRE(shop.make(events()));
  const auto first = shop.pull("activities");
  const auto again = shop.pull("activities", first.cursor);
  CHECK(accounts_of(again).empty());
  CHECK_FALSE(again.pages[0].replaces);
  CHECK(again.cursor == first.cursor);
  CHECK(first.cursor.bytes.size() <= kCursorBytesMax);
}

TEST_CASE("files: of a file that grew only the new rows are read") {
  FilesFixture shop;
  shop.folder.write("events.csv",
                    std::string(kHeader) + "A,2024-01-01,login\nB,2024-01-01,login\n");
  REQUIRE(shop.make(events()));
  const auto first = shop.pull("activities");
  CHECK(first.pages[0].replaces);
  shop.folder.append("events.csv", "C,2024-01-02,login\n");
  REQUIRE(shop.make(events()));  // a new process
  const auto more = shop.pull("activities", first.cursor);
  CHECK(accounts_of(more) == Texts{"C"});
  CHECK_FALSE(more.pages[0].replaces);
  CHECK(more.pages[0].first_row == 2);
}

TEST_CASE("files: a file that changed otherwise replaces its rows as a whole") {
  FilesFixture shop;
  shop.folder.write("events.csv",
                    std::string(kHeader) + "A,2024-01-01,login\nB,2024-01-01,login\n");
  REQUIRE(shop.make(events()));
  const auto first = shop.pull("activities");
  shop.folder.write(
      "events.csv",
      std::string(kHeader) + "X,2024-01-01,login\nB,2024-01-01,login\nC,2024-01-01,call\n");
  const auto other = shop.pull("activities", first.cursor);
  CHECK(accounts_of(other) == Texts{"X", "B", "C"});
  CHECK(other.pages[0].replaces);
  CHECK(other.pages[0].first_row == 0);
  // Also when it became shorter, down to the header alone.
  shop.folder.write("events.csv", kHeader);
  const auto none = shop.pull("activities", other.cursor);
  CHECK(accounts_of(none).empty());
  CHECK(none.pages[0].replaces);
}

TEST_CASE("files: half a last line waits while the file is young") {
  FilesFixture shop;
  shop.folder.write("events.csv", std::string(kHeader) + "A,2024-01-01,login\nB,2024-01-0");
  REQUIRE(shop.make(events()));
  const auto written_at = std::filesystem::last_write_time(shop.folder / "events.csv");
  const auto since_epoch = std::chrono::file_clock::to_sys(written_at).time_since_epoch();
  shop.host.fake_clock.time = {
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count() + 1000};
  const auto first = shop.pull("activities");
  CHECK(accounts_of(first) == Texts{"A"});
  CHECK(first.pages[0].row_problem_count == 0);
  shop.folder.append("events.csv", "2,login\n");
  const auto more = shop.pull("activities", first.cursor);
  CHECK(accounts_of(more) == Texts{"B"});
}

TEST_CASE("files: a last row without a line end that grew after all replaces the file's rows") {
  FilesFixture shop;
  shop.folder.write("events.csv", std::string(kHeader) + "A,2024-01-01,log");
  REQUIRE(shop.make(events()));
  const auto first = shop.pull("activities");
  CHECK(accounts_of(first) == Texts{"A"});
  shop.folder.append("events.csv", "in\n");
  const auto more = shop.pull("activities", first.cursor);
  CHECK(accounts_of(more) == Texts{"A"});
  CHECK(more.pages[0].replaces);
  CHECK(std::get<ActivityColumns>(more.pages[0].columns).kind_names == Texts{"login"});
}

TEST_CASE("files: another mapping or zone loses the cursor") {
  FilesFixture shop;
  shop.folder.write("events.csv", std::string(kHeader) + "A,2024-01-01,login\n");
  REQUIRE(shop.make(events()));
  const auto first = shop.pull("activities");
  REQUIRE(shop.make(events(), "Europe/Berlin"));
  auto page = shop.connector->pull(shop.stream("activities"), Walk::changes, first.cursor, {});
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == ErrorKind::cursor_lost);
  Node other = events();
  other.entries[1].value.entries.push_back({"kind", {}, map({{"is", text("call")}})});
  REQUIRE(shop.make(other));
  page = shop.connector->pull(shop.stream("activities"), Walk::changes, first.cursor, {});
  CHECK(page.error().kind == ErrorKind::cursor_lost);
  page = shop.connector->pull(shop.stream("activities"), Walk::changes, {"nonsense"}, {});
  CHECK(page.error().kind == ErrorKind::cursor_lost);
}

TEST_CASE("files: a file that vanished is no longer listed and deletes nothing") {
  FilesFixture shop;
  shop.folder.write("a.csv", std::string(kHeader) + "A,2024-01-01,login\n");
  shop.folder.write("b.csv", std::string(kHeader) + "B,2024-01-01,login\n");
  Node node = events();
  node.entries[1].value.entries[0].value = text("*.csv");
  REQUIRE(shop.make(node));
  const StreamInfo gone = shop.stream("activities", "b.csv");
  std::filesystem::remove(shop.folder / "b.csv");
  const auto streams = shop.connector->streams();
  REQUIRE(streams->size() == 1);
  const auto page = shop.connector->pull(gone, Walk::changes, {}, {});
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == ErrorKind::unavailable);
}

TEST_CASE("files: a sweep names every id, and none if a row cannot be read") {
  FilesFixture shop;
  shop.folder.write("accounts.csv", "id,name\na1,x\na2,y\n");
  REQUIRE(shop.make(map({{"accounts", map({{"path", text("accounts.csv")}})}})));
  CHECK(shop.pull("accounts", {}, Walk::sweep).pages[0].named == Texts{"a1", "a2"});
  shop.folder.append("accounts.csv", "a3,z,too much\n");
  const auto page = shop.connector->pull(shop.stream("accounts"), Walk::sweep, {}, {});
  REQUIRE_FALSE(page);
  CHECK(page.error().message.find("accounts.csv:4") != std::string::npos);
}

TEST_CASE("files: any cut into pages and processes gives the same rows once") {
  const auto seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
  INFO("run with --rng-seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    FilesFixture shop;
    shop.folder.write("events.csv", kHeader);
    REQUIRE(shop.make(events()));
    Texts written, read;
    Cursor cursor;
    for (int step = 0; step < 10; ++step) {
      std::string more;
      for (std::size_t n = random() % 50; n > 0; --n) {
        written.push_back("A" + std::to_string(random() % 1000));
        more += written.back() + ",2024-01-01,login\n";
      }
      shop.folder.append("events.csv", more);
      PageLimits limits;
      limits.records_max = 1 + random() % 20;
      if (random() % 2 == 0) REQUIRE(shop.make(events()));
      const auto drained =
          drain(*shop.connector, shop.stream("activities"), Walk::changes, cursor, limits);
      for (const Page& page : drained.pages) {
        CHECK(count_of(page) <= limits.records_max);
        if (page.replaces) read.clear();
        CHECK(page.first_row == read.size());
        for (const TextRef ref : std::get<ActivityColumns>(page.columns).account) {
          read.emplace_back(page[ref]);
        }
      }
      cursor = drained.cursor;
      REQUIRE(read == written);
    }
  }
}
