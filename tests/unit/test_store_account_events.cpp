// SPDX-License-Identifier: Apache-2.0
#include "store/account_events.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <string>

#include "store/database.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

std::string events_text(const Timeline& timeline, const Vocabulary& words) {
  return timeline.account.id + " " + timeline.account.name + "\n" + orders_text(timeline, words) +
         activities_text(timeline, words);
}

// Two accounts merged into a third, visits joined by an attribute, a contact that opted out after
// it had moved, groups so small that every page is a run of its own.
struct Filled {
  Filled() {
    auto opened = Database::open(dir.database(), OpenMode::create_or_upgrade);
    REQUIRE(opened);
    RecordsSettings settings = small_settings();
    settings.group_events_max = 2;
    auto records = Records::open(*opened, settings);
    REQUIRE(records);
    Page merges = account_page({});
    merges.merges.push_back({"A1", "A2", Instant{20}});
    merges.merges.push_back({"A2", "A3", Instant{21}});
    const auto apply = [&](const Feed& feed, Page page, Instant now) {
      REQUIRE((*records)->apply(feed, std::move(page), now));
    };
    apply(orders_feed(), order_page({{"O1", "A1", 10, 5, 1}, {"O2", "A3", 10, 6, 1}}), {100});
    apply(accounts_feed(),
          account_page({{"A1", "one", 1}, {"A2", "two", 1}, {"A3", "three", 1, "", 7}}), {100});
    apply(activities_feed("p"),
          activity_page({{"A1", "login", 4, 1, "C1"}, {"A3", "call", 5, 2, "C2"}}), {100});
    apply(activities_feed("q"), activity_page({{"A4", "call", 6}, {"A3", "login", 900, 1}}), {100});
    apply(accounts_feed(), merges, {100});
    apply(accounts_feed(), account_page({{"A4", "four", 1}, {"A5", "five", 1}}), {100});
    apply(website_feed(), activity_page({{"7", "visit", 8}, {"8", "visit", 9}}), {100});
    apply(contacts_feed(), contact_page("C1", "A5", false), {100});
    REQUIRE((*records)->flush());
    auto reading = Database::open(dir.database(), OpenMode::read_only);
    REQUIRE(reading);
    database = std::make_unique<Database>(std::move(*reading));
  }

  TempDir dir;
  std::unique_ptr<Database> database;
};

}  // namespace

TEST_CASE("account events: are those of the walk, for every account and moment") {
  const Filled store;
  for (const Instant known_before : {Instant{5}, Instant{100}, kEver}) {
    auto walk = TimelineWalk::open(store.dir.database(),
                                   {"crm", small_settings().attributes[0].attributes});
    REQUIRE(walk);
    std::map<std::uint32_t, std::string> expected;
    REQUIRE((*walk)->walk(0, known_before, [&](const Timeline& timeline) {
      expected[timeline.account.number] = events_text(timeline, (*walk)->vocabulary());
    }));
    REQUIRE(expected.size() == 3);
    for (const auto& [number, text] : expected) {
      const auto events =
          read_account_events(*store.database, number, known_before, Instant::missing());
      REQUIRE(events);
      CHECK(events_text(events->timeline, events->words) == text);
    }
  }
}

TEST_CASE(
    "account events: hold what merged accounts and joined feeds brought, but not who opted out") {
  const Filled store;
  auto walk = TimelineWalk::open(store.dir.database(), {"crm", {}});
  REQUIRE(walk);
  std::uint32_t number = 0;
  REQUIRE((*walk)->walk(0, kEver, [&](const Timeline& timeline) {
    if (timeline.account.id == "A3") number = timeline.account.number;
  }));
  const auto events = read_account_events(*store.database, number, kEver, Instant::missing());
  REQUIRE(events);
  CHECK(events->timeline.orders.size() == 2);
  const std::string text = events_text(events->timeline, events->words);
  CHECK(text.find("visit 8 ") != std::string::npos);
  CHECK(text.find("visit 9 ") == std::string::npos);
  CHECK(text.find("call 5 ") != std::string::npos);
  CHECK(text.find("login 4 ") == std::string::npos);
}

TEST_CASE("account events: tell nothing of before the moment from which on records count") {
  const Filled store;
  auto walk = TimelineWalk::open(store.dir.database(),
                                 {"crm", small_settings().attributes[0].attributes, 1, Instant{8}});
  REQUIRE(walk);
  CHECK((*walk)->events_from() == Instant{8});
  REQUIRE((*walk)->walk(0, kEver, [&](const Timeline& timeline) {
    const auto events =
        read_account_events(*store.database, timeline.account.number, kEver, Instant{8});
    REQUIRE(events);
    CHECK(events_text(events->timeline, events->words) ==
          events_text(timeline, (*walk)->vocabulary()));
    CHECK(events_text(events->timeline, events->words).find("login 4 ") == std::string::npos);
  }));
}

TEST_CASE("account events: an account that is not there is not found") {
  const Filled store;
  const auto missing = read_account_events(*store.database, 77, kEver, Instant::missing());
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::not_found);
}
