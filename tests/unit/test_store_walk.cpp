// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"
#include "store/records.h"
#include "store/sql.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <thread>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

struct Delivery {
  Feed feed;
  Page page;
  Instant now{1000};
};

Database opened(const TempDir& dir) {
  auto database = Database::open(dir.database(), OpenMode::create_or_upgrade);
  REQUIRE(database);
  return std::move(*database);
}

void store_all(const TempDir& dir, const std::vector<Delivery>& deliveries,
               RecordsSettings settings = small_settings()) {
  Database database = opened(dir);
  auto records = Records::open(database, std::move(settings));
  REQUIRE(records);
  for (const Delivery& delivery : deliveries) {
    Page page = delivery.page;
    REQUIRE((*records)->apply(delivery.feed, std::move(page), delivery.now));
  }
  REQUIRE((*records)->flush());
}

std::string told(const TempDir& dir, Instant known_before = kEver, std::size_t threads = 1) {
  auto walk = TimelineWalk::open(dir.database(),
                                 {"crm", small_settings().attributes[0].attributes, threads});
  REQUIRE(walk);
  return walk_text(**walk, known_before);
}

}  // namespace

TEST_CASE("walk: nothing stored is one empty share") {
  const TempDir dir;
  store_all(dir, {});
  auto walk = TimelineWalk::open(dir.database(), {"crm", {}, 2});
  REQUIRE(walk);
  REQUIRE((*walk)->share_count() == 1);
  REQUIRE(walk_text(**walk, kEver).empty());
}

TEST_CASE("walk: the same pages in any order give the same walk") {
  std::vector<Delivery> deliveries = {
      {accounts_feed(),
       account_page({{"A1", "one", 5, "basic"}, {"A2", "two", 5}, {"A3", "three", 5}})},
      {accounts_feed(), account_page({{"A1", "one again", 9, "pro"}, {"A4", "four", 1}})},
      {orders_feed(),
       order_page({{"O1", "A1", 10, 5, 1}, {"O2", "A2", 10, 6, 1}, {"O3", "A9", 1, 1, 1}})},
      {orders_feed(), order_page({{"O1", "A3", 10, 7, 2}, {"O4", "A1", 10, 5, 1}})},
      {activities_feed("p1"),
       activity_page({{"A1", "login", 4}, {"A2", "call", 4, 2.5}, {"A1", "login", 4}})},
      {activities_feed("p2"), activity_page({{"A1", "call", 4}, {"A3", "login", 3, 1, "C1"}})},
      {website_feed(), activity_page({{"12", "visit", 8}})},
      {accounts_feed(), account_page({{"A5", "five", 2, "", 12}})},
  };
  Page merges = account_page({});
  merges.merges.push_back({"A2", "A4", Instant{20}});
  merges.merges.push_back({"A4", "A3", Instant{21}});
  deliveries.push_back({accounts_feed(), merges});
  Page deletions = order_page({});
  deletions.deletions.push_back({"O4", Instant{7}});
  deliveries.push_back({orders_feed(), deletions});

  std::string expected;
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) {
    const TempDir dir;
    RecordsSettings settings = small_settings();
    settings.group_events_max = 1 + random() % 9;
    settings.runs_max = static_cast<std::uint32_t>(1 + random() % 3);
    store_all(dir, deliveries, settings);
    const std::string text = told(dir);
    if (i == 0) expected = text;
    INFO("shuffle " << i << ", order of places differs from order of arrival");
    REQUIRE(text == expected);
    std::shuffle(deliveries.begin(), deliveries.end(), random);
  }
  REQUIRE(expected.find("account A1 'one again'") != std::string::npos);
  REQUIRE(expected.find("A2") == std::string::npos);
}

TEST_CASE("walk: tells nothing that was known only later") {
  const TempDir dir;
  store_all(dir, {{accounts_feed(), account_page({{"A1", "one", 1, "basic"}}), Instant{100}},
                  {accounts_feed(), account_page({{"A1", "one", 2, "pro"}}), Instant{200}},
                  {activities_feed("p"),
                   activity_page({{"A1", "login", 50}, {"A1", "call", 60, 1, "", 300}})}});
  REQUIRE(told(dir, Instant{50}) == "account A1 'one' deleted false\n");
  REQUIRE(told(dir, Instant{200}) ==
          "account A1 'one' deleted false\n  login 50 50 nan contact 0\n"
          "  plan became 'basic' nan at 100\n");
  REQUIRE(told(dir, Instant{301}).find("call 60 300") != std::string::npos);
  REQUIRE(told(dir, Instant{301}).find("plan became 'pro' nan at 200") != std::string::npos);
}

TEST_CASE("walk: a contact that opted out gives no events") {
  const TempDir dir;
  std::vector<Delivery> deliveries = {
      {accounts_feed(), account_page({{"A1", "one", 1}})},
      {activities_feed("p"),
       activity_page({{"A1", "login", 1, 1, "C1"}, {"A1", "login", 2, 1, "C2"}})},
      {contacts_feed(), contact_page("C1", "A1", false)}};
  store_all(dir, deliveries);
  REQUIRE(told(dir).find("login 1 ") == std::string::npos);
  REQUIRE(told(dir).find("login 2 ") != std::string::npos);
  store_all(dir, {{contacts_feed(), contact_page("C1", "A1", true)}});
  REQUIRE(told(dir).find("login 1 ") != std::string::npos);
}

TEST_CASE("walk: the refusal of a contact without an account holds, until it is taken back") {
  const TempDir dir;
  const auto contact = [](bool may_profile) {
    Page page = contact_page("C1", "", may_profile);
    page.deletions.push_back({"C1", Instant{5}});
    return page;
  };
  store_all(dir, {{accounts_feed(), account_page({{"A1", "one", 1}})},
                  {activities_feed("p"), activity_page({{"A1", "login", 1, 1, "C1"}})},
                  {contacts_feed(), contact(false)}});
  REQUIRE(told(dir).find("login 1 ") == std::string::npos);
  store_all(dir, {{contacts_feed(), contact(true)}});
  REQUIRE(told(dir).find("login 1 ") != std::string::npos);
  store_all(dir, {{contacts_feed(), contact_page("C1", "A1", false)}});
  REQUIRE(told(dir).find("login 1 ") == std::string::npos);
}

TEST_CASE("walk: tells when something comes up that is known, or dated, ahead") {
  const auto next_news = [](std::vector<ActivityIn> rows) {
    const TempDir dir;
    store_all(dir, {{accounts_feed(), account_page({{"A1", "one", 1}})},
                    {activities_feed("p"), activity_page(std::move(rows))}});
    auto walk = TimelineWalk::open(dir.database(), {"crm", {}, 1});
    REQUIRE(walk);
    // A walk of earlier times tells nothing of later ones.
    for (const Instant known_before : {Instant{300}, Instant{5'000}, Instant{600}}) {
      REQUIRE((*walk)->walk(0, known_before, [](const Timeline&) {}));
    }
    return (*walk)->next_news().ms;
  };
  REQUIRE(next_news({{"A1", "login", 1'000}}) == kEver.ms);
  // Planned: known since long ago, and not before its time.
  REQUIRE(next_news({{"A1", "meeting", 9'000, 1, "", 2'000}, {"A1", "login", 1'000}}) == 9'000);
  // Told late: it has happened, and nobody knows yet.
  REQUIRE(next_news({{"A1", "login", 4'000, 1, "", 7'000}, {"A1", "call", 8'000}}) == 7'000);
  REQUIRE(next_news({{"A1", "login", 5'000}}) == 5'000);
}

TEST_CASE("walk: sees one state beside a writer, from several threads") {
  const TempDir dir;
  std::vector<ActivityIn> rows;
  std::vector<AccountIn> accounts;
  for (int i = 0; i < 200; ++i) accounts.push_back({"A" + std::to_string(i), "x", 1});
  for (int i = 0; i < 5000; ++i) rows.push_back({"A" + std::to_string(i * 7 % 200), "login", i});
  store_all(dir, {{accounts_feed(), account_page(accounts)},
                  {activities_feed("p"), activity_page(rows)}});
  const std::string before = told(dir);
  auto walk =
      TimelineWalk::open(dir.database(), {"crm", small_settings().attributes[0].attributes, 3});
  REQUIRE(walk);
  store_all(dir, {{activities_feed("p"), activity_page({{"A1", "call", 1}}, /*replaces=*/true)}});
  std::vector<std::string> texts(3);
  std::vector<std::thread> threads;
  for (std::string& text : texts) threads.emplace_back([&] { text = walk_text(**walk, kEver); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) REQUIRE(text == before);
  REQUIRE(told(dir) != before);
}

TEST_CASE("walk: a damaged block is corrupt, names itself and a remedy") {
  const TempDir dir;
  store_all(dir, {{accounts_feed(), account_page({{"A1", "one", 1}})},
                  {orders_feed(), order_page({{"O1", "A1", 10, 5, 1}})}});
  {
    Database database = opened(dir);
    raw(database).exec("UPDATE event_blocks SET bytes = zeroblob(length(bytes))");
  }
  const std::string text = told(dir);
  REQUIRE(text.find("block 1.0 of events is damaged") != std::string::npos);
  REQUIRE(text.find("upselld restore") != std::string::npos);
}
