// SPDX-License-Identifier: Apache-2.0
#include "store/block_writer.h"

#include "store/database.h"
#include "store/records.h"
#include "store/sql.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

#include <catch2/catch.hpp>

#include <string>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

EventBlock block_at(std::int64_t at) {
  EventBlock block;
  block.events.at = {at};
  block.chunks.push_back({1, 0, 0, 1});
  return block;
}

Database opened(const TempDir& dir) {
  auto database = Database::open(dir.database(), OpenMode::create_or_upgrade);
  REQUIRE(database);
  return std::move(*database);
}

constexpr std::size_t kAccounts = 911;

// So many that a thread packs them, of accounts and times in no order.
Page many_activities(std::size_t first, std::size_t count) {
  std::vector<ActivityIn> rows;
  for (std::size_t i = first; i < first + count; ++i) {
    rows.push_back({"acc" + std::to_string(i * 7 % kAccounts), i % 3 == 0 ? "login" : "call",
                    static_cast<std::int64_t>(i * 7'919 % 100'003), static_cast<double>(i % 50)});
  }
  return activity_page(rows);
}

// What a walk sees after pages of `rows_per_page`, each committed by itself or all at once.
std::string walked(std::size_t rows, std::size_t rows_per_page, bool flush_each) {
  const TempDir dir;
  Database database = opened(dir);
  auto records = Records::open(database, small_settings());
  REQUIRE(records);
  std::vector<AccountIn> accounts;
  for (std::size_t i = 0; i < kAccounts; ++i) accounts.push_back({"acc" + std::to_string(i), "A"});
  REQUIRE((*records)->apply(accounts_feed(), account_page(accounts), {1}));
  const Feed feed = activities_feed("log");
  for (std::size_t first = 0; first < rows; first += rows_per_page) {
    REQUIRE((*records)->apply(feed, many_activities(first, rows_per_page), {1}));
    if (flush_each) REQUIRE((*records)->flush());
  }
  REQUIRE((*records)->flush());
  auto walk = TimelineWalk::open(dir.database(), {"crm", {}, 1});
  REQUIRE(walk);
  return walk_text(**walk, Instant{std::numeric_limits<std::int64_t>::max()});
}

}  // namespace

TEST_CASE("block writer: what was put stands in the store after finish") {
  const TempDir dir;
  Database database = opened(dir);
  EventRuns runs(raw(database));
  const std::int64_t run = runs.new_run(1);
  constexpr std::int64_t kBlocks = 100;
  {
    BlockWriter writer(runs);
    for (std::int64_t n = 0; n < kBlocks; ++n) {
      const EventBlock empty = writer.put({block_key(run, n), 5, 9}, block_at(1000 * n));
      REQUIRE(empty.chunks.empty());
      REQUIRE(empty.events.size() == 0);
    }
    writer.finish();
  }
  for (std::int64_t n = 0; n < kBlocks; ++n) {
    EventBlock block;
    REQUIRE(runs.read(block_key(run, n), block));
    REQUIRE(block.events.at == std::vector<std::int64_t>{1000 * n});
  }
}

TEST_CASE("block writer: a failure to write reaches the caller") {
  const TempDir dir;
  Database database = opened(dir);
  EventRuns runs(raw(database));
  raw(database).exec("DROP TABLE event_blocks");
  BlockWriter writer(runs);
  const auto put_many = [&] {
    for (std::int64_t n = 0; n < 100; ++n) writer.put({n, 1, 1}, block_at(1000));
    writer.finish();
  };
  REQUIRE_THROWS_AS(put_many(), SQLite::Exception);
  REQUIRE_THROWS_AS(writer.finish(), SQLite::Exception);
}

TEST_CASE("block writer: many events at once and a few at a time are walked alike") {
  const std::string at_once = walked(80'000, 40'000, false);
  REQUIRE(at_once.size() > 80'000);
  REQUIRE(at_once == walked(80'000, 5'000, true));
}
