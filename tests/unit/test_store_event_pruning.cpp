// SPDX-License-Identifier: Apache-2.0
#include "store/event_pruning.h"

#include "store/records.h"
#include "store/retention.h"
#include "store/sql.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

#include <catch2/catch.hpp>

#include <random>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

struct Brought {
  Feed feed;
  Page page;
};

class Stored {
 public:
  explicit Stored(RecordsSettings settings = small_settings()) : settings_(std::move(settings)) {}

  PageCounts apply(const Feed& feed, Page page) {
    Database database = opened();
    auto records = Records::open(database, settings_);
    REQUIRE(records);
    const auto counts = (*records)->apply(feed, std::move(page), Instant{5'000});
    REQUIRE(counts);
    const auto flushed = (*records)->flush();
    REQUIRE(flushed);
    PageCounts all = *counts;
    return all += *flushed;
  }
  void apply(const std::vector<Brought>& deliveries) {
    for (const Brought& delivery : deliveries) apply(delivery.feed, delivery.page);
  }
  // One step; gives what it dropped.
  Pruned step(Instant before, std::size_t blocks_max = 1'000) {
    Database database = opened();
    auto transaction = Transaction::begin(database, "test", Durability::normal);
    REQUIRE(transaction);
    const auto pruned = prune_events(database, *transaction, before, blocks_max);
    REQUIRE(pruned);
    REQUIRE(transaction->commit());
    return *pruned;
  }
  std::uint64_t drop(Instant before, std::size_t blocks_max = 1'000) {
    std::uint64_t rows = 0;
    for (;;) {
      const Pruned pruned = step(before, blocks_max);
      rows += pruned.rows;
      if (pruned.is_done) return rows;
    }
  }
  std::string told(Instant events_from = Instant::missing()) const {
    auto walk = TimelineWalk::open(
        dir_.database(), {"crm", small_settings().attributes[0].attributes, 1, events_from});
    REQUIRE(walk);
    return walk_text(**walk, kEver);
  }
  Database opened() {
    auto database = Database::open(dir_.database(), OpenMode::create_or_upgrade);
    REQUIRE(database);
    return std::move(*database);
  }
  std::int64_t value(const char* query) {
    Database database = opened();
    return raw(database).execAndGet(query).getInt64();
  }

 private:
  TempDir dir_;
  RecordsSettings settings_;
};

Brought some_orders(std::mt19937& random) {
  std::vector<OrderIn> rows;
  for (int i = 0; i < 6; ++i) {
    rows.push_back({"O" + std::to_string(random() % 40), "A" + std::to_string(random() % 6),
                    static_cast<std::int64_t>(random() % 1'000), static_cast<double>(random() % 9),
                    static_cast<std::int64_t>(random() % 50)});
  }
  return {orders_feed(), order_page(rows)};
}

Brought some_activities(std::mt19937& random) {
  std::vector<ActivityIn> rows;
  for (int i = 0; i < 8; ++i) {
    rows.push_back({"A" + std::to_string(random() % 6), random() % 2 == 0 ? "login" : "call",
                    static_cast<std::int64_t>(random() % 1'000)});
  }
  return {activities_feed("p" + std::to_string(random() % 3)), activity_page(rows, true)};
}

}  // namespace

TEST_CASE("event pruning: what went had no part in what a walk from later on tells") {
  const unsigned seed = GENERATE(range(1U, 26U));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  RecordsSettings settings = small_settings();
  settings.group_events_max = 1 + random() % 9;
  settings.runs_max = static_cast<std::uint32_t>(1 + random() % 4);
  Stored whole(settings), dropped(settings);
  const Brought accounts = {
      accounts_feed(),
      account_page({{"A0", "zero", 1}, {"A1", "one", 1}, {"A2", "two", 1}, {"A3", "three", 1}})};
  whole.apply({accounts});
  dropped.apply({accounts});
  for (int round = 0; round < 4; ++round) {
    for (int page = 0; page < 5; ++page) {
      const Brought delivery = random() % 2 == 0 ? some_orders(random) : some_activities(random);
      whole.apply({delivery});
      dropped.apply({delivery});
    }
    const std::int64_t before = 200 * round + static_cast<std::int64_t>(random() % 100);
    dropped.drop(Instant{before}, 1 + random() % 3);
    for (const std::int64_t from : {before, before + 150}) {
      REQUIRE(dropped.told(Instant{from}) == whole.told(Instant{from}));
    }
    REQUIRE(dropped.told() == dropped.told(Instant{before}));
  }
}

TEST_CASE(
    "event pruning: orders, their lines and activities from before go, one of the moment stays") {
  Stored stored;
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1, "basic"}})},
                {orders_feed(), order_page({{"O1", "A1", 99, 5, 1}, {"O2", "A1", 100, 6, 1}})},
                {activities_feed("p"), activity_page({{"A1", "login", 99}, {"A1", "call", 100}})}});
  REQUIRE(stored.drop(Instant{100}) == 2);
  const std::string text = stored.told();
  CHECK(text.find(" 99 ") == std::string::npos);
  CHECK(text.find("order") != std::string::npos);
  CHECK(text.find("call 100") != std::string::npos);
  // What an account was, and that it is there, has no age.
  CHECK(text.find("plan became 'basic'") != std::string::npos);
  CHECK(stored.value("SELECT sum(events) FROM event_runs") == 2);
  REQUIRE(stored.drop(Instant{2'000}) == 2);
  CHECK(stored.told().rfind("account A1 'one'", 0) == 0);
  CHECK(stored.value("SELECT count(*) FROM event_blocks") == 0);
}

TEST_CASE(
    "event pruning: a dropped order that comes again unchanged is no news; a changed one goes next "
    "time") {
  Stored stored;
  const auto order = [](std::int64_t version, double amount) {
    return order_page({{"O1", "A1", 50, amount, version}});
  };
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})}, {orders_feed(), order(1, 5)}});
  REQUIRE(stored.drop(Instant{100}) == 1);
  const PageCounts again = stored.apply(orders_feed(), order(1, 5));
  CHECK(again.unchanged == 1);
  CHECK_FALSE(again.is_news());
  CHECK(stored.told().find("order") == std::string::npos);

  CHECK(stored.apply(orders_feed(), order(2, 7)).changed == 1);
  CHECK(stored.told().find("order") != std::string::npos);
  CHECK(stored.told(Instant{100}).find("order") == std::string::npos);
  CHECK(stored.drop(Instant{100}) == 0);
  CHECK(stored.drop(Instant{130}) == 1);
  // Deleting what went already is nothing to fail for.
  Page deletion = order_page({});
  deletion.deletions.push_back({"O1", Instant{200}});
  stored.apply(orders_feed(), deletion);
  CHECK(stored.told() == "account A1 'one' deleted false\n");
}

TEST_CASE("event pruning: left off it goes on where it was, and a whole pass is not made twice") {
  Stored stored;
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})}});
  for (int i = 0; i < 4; ++i) {
    stored.apply(activities_feed("p" + std::to_string(i)),
                 activity_page({{"A1", "login", 10 + i}, {"A1", "call", 500}}));
  }
  const std::int64_t blocks = stored.value("SELECT count(*) FROM event_blocks");
  REQUIRE(blocks == 4);
  for (int i = 0; i < blocks; ++i) {
    const Pruned pruned = stored.step(Instant{100}, 1);
    CHECK(pruned.rows == 1);
    CHECK_FALSE(pruned.is_done);
  }
  CHECK(stored.step(Instant{100}, 1).is_done);
  CHECK(stored.drop(Instant{100}) == 0);
  CHECK(stored.drop(Instant{40}) == 0);
  // Half a pass is forgotten when the limit moves on.
  CHECK(stored.step(Instant{600}, 1).rows == 1);
  CHECK(stored.drop(Instant{700}) == 3);
}

TEST_CASE("event pruning: a deal that is open has no age, until it ends") {
  Stored stored;
  const auto deal = [](OrderStatus status, std::int64_t version) {
    Page page = order_page({{"O1", "A1", 50, 5, version}});
    std::get<OrderColumns>(page.columns).status = {status};
    return page;
  };
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})},
                {orders_feed(), deal(OrderStatus::open, 1)}});
  CHECK(stored.drop(Instant{100}) == 0);
  CHECK(stored.told(Instant{100}).find("order") != std::string::npos);
  stored.apply(orders_feed(), deal(OrderStatus::lost, 2));
  CHECK(stored.told(Instant{100}).find("order") == std::string::npos);
  CHECK(stored.drop(Instant{130}) == 1);
}

TEST_CASE("event pruning: a line goes by its own day") {
  Stored stored;
  Page lines;
  OrderLineColumns c;
  for (const std::int64_t at : {99, 100}) {
    c.id.push_back(lines.add("L" + std::to_string(at)));
    c.order.push_back(lines.add("O1"));
    c.account.push_back(lines.add("A1"));
    c.at.push_back({at});
    c.quantity.push_back(1);
    c.unit_price.push_back(5);
  }
  lines.columns = std::move(c);
  const Feed feed = {"crm", "lines", "", RecordKind::order_line, true, {}};
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})}, {feed, std::move(lines)}});
  CHECK(stored.told(Instant{100}).find(" 99 ") == std::string::npos);
  CHECK(stored.drop(Instant{100}) == 1);
  CHECK(stored.told().find(" 99 ") == std::string::npos);
  CHECK(stored.told().find(" 100 1 x 5") != std::string::npos);
}

TEST_CASE(
    "event pruning: a look for deleted records that is under way spares what comes after it") {
  Stored stored;
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})},
                {orders_feed(), order_page({{"O1", "A1", 500, 5, 1}})},
                {activities_feed("p"), activity_page({{"A1", "login", 10}})}});
  Database database = stored.opened();
  auto records = Records::open(database, small_settings());
  REQUIRE(records);
  REQUIRE((*records)->begin_sweep(orders_feed()));
  Page named;
  named.named = {"O1"};
  REQUIRE((*records)->apply_sweep(orders_feed(), named));
  // The newest of all runs is empty now, and gone.
  REQUIRE(stored.drop(Instant{100}) == 1);
  REQUIRE((*records)->apply(orders_feed(), order_page({{"O2", "A1", 600, 6, 1}}), Instant{5'000}));
  REQUIRE((*records)->flush());
  const auto sweep = (*records)->end_sweep(orders_feed(), Instant{6'000}, {});
  REQUIRE(sweep);
  CHECK(sweep->known == 1);
  CHECK(sweep->lost == 0);
  CHECK(stored.told().find(" 600 ") != std::string::npos);
}

TEST_CASE("event pruning: readers that see one state tell by its mark that something went") {
  Stored stored;
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})},
                {orders_feed(), order_page({{"O1", "A1", 50, 5, 1}})}});
  const std::int64_t before = stored.value("SELECT mark FROM record_state");
  stored.drop(Instant{20});
  CHECK(stored.value("SELECT mark FROM record_state") == before);
  stored.drop(Instant{100});
  CHECK(stored.value("SELECT mark FROM record_state") == before + 1);
}

TEST_CASE("event pruning: retention counts what went and says so in the audit") {
  Stored stored;
  stored.apply({{accounts_feed(), account_page({{"A1", "one", 1}})},
                {orders_feed(), order_page({{"O1", "A1", 50, 5, 1}, {"O2", "A1", 500, 6, 1}})}});
  Database database = stored.opened();
  RetentionLimits limits;
  limits.records = Instant{100};
  for (const std::uint64_t expected : {1U, 0U}) {
    Retention retention(database, limits, "keep", Instant{1'000});
    for (;;) {
      const auto more = retention.step();
      REQUIRE(more);
      if (!*more) break;
    }
    CHECK(retention.dropped().records == expected);
    CHECK(retention.dropped().all() == expected);
  }
  AuditChain audit(database);
  const auto told = audit.list({.kind = AuditKind::dropped});
  REQUIRE(told);
  REQUIRE(told->size() == 1);
  CHECK(**audit.payload(told->front().sequence) ==
        R"({"records_before":"1970-01-01T00:00:00.100Z"})");
}
