// SPDX-License-Identifier: Apache-2.0
#include "store/records.h"

#include "store/brakes.h"
#include "store/configs.h"
#include "store/database.h"
#include "store/record_reader.h"
#include "store/sql.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

#include <catch2/catch.hpp>

#include <set>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

// A store that is written and read, and can be closed in between.
class Store {
 public:
  explicit Store(RecordsSettings settings = small_settings()) : settings_(std::move(settings)) {
    reopen();
  }
  // As after a crash: what is not committed is gone.
  void reopen() {
    records.reset();
    database.reset();
    auto opened = Database::open(dir.database(), OpenMode::create_or_upgrade);
    REQUIRE(opened);
    database = std::make_unique<Database>(std::move(*opened));
    auto made = Records::open(*database, settings_);
    REQUIRE(made);
    records = std::move(*made);
  }
  PageCounts apply(const Feed& feed, Page page, Instant now = {1000}) {
    auto applied = records->apply(feed, std::move(page), now);
    REQUIRE(applied);
    auto flushed = records->flush();
    REQUIRE(flushed);
    *applied += *flushed;
    return *applied;
  }
  std::string text() {
    auto walk = TimelineWalk::open(dir.database(), {"crm", {}, 1});
    REQUIRE(walk);
    return walk_text(**walk, kEver);
  }
  RecordReader reader() { return RecordReader(*database, settings_.attributes); }
  std::uint32_t number(const std::string& id) {
    const auto hits = reader().find_account(id);
    REQUIRE(hits);
    return hits->empty() ? 0 : (*hits)[0].number;
  }

  TempDir dir;
  std::unique_ptr<Database> database;
  std::unique_ptr<Records> records;

 private:
  RecordsSettings settings_;
};

Page with_cursor(Page page, const std::string& cursor) {
  page.next.bytes = cursor;
  return page;
}
Page naming(const std::vector<std::string>& ids, const std::string& cursor) {
  Page page;
  page.named = ids;
  page.next.bytes = cursor;
  return page;
}

}  // namespace

TEST_CASE("records: a page and its cursor are stored together or not at all") {
  Store store;
  REQUIRE(store.records->cursor(orders_feed())->bytes.empty());
  store.apply(orders_feed(), with_cursor(order_page({{"O1", "A1", 1, 1, 1}}), "one"));
  REQUIRE(store.records->apply(orders_feed(),
                               with_cursor(order_page({{"O2", "A1", 1, 1, 1}}), "two"), {1000}));
  REQUIRE(store.records->cursor(orders_feed())->bytes == "one");
  store.reopen();
  REQUIRE(store.records->cursor(orders_feed())->bytes == "one");
  REQUIRE(store.reader().counts()->events["crm/orders"] == 1);
  REQUIRE(store.records->forget_cursor(orders_feed()));
  REQUIRE(store.records->cursor(orders_feed())->bytes.empty());
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 1}})).unchanged == 1);
}

TEST_CASE("records: the newest version wins, an equal one changes nothing") {
  Store store;
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}, {"A2", "two", 1}}));
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10, 5}})).new_records == 1);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 99, 5}})).unchanged == 1);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 99, 4}})).unchanged == 1);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A2", 1, 20, 6}})).changed == 1);
  const std::string text = store.text();
  REQUIRE(text.find(" 20 ''") != std::string::npos);
  REQUIRE(text.find(" 10 ''") == std::string::npos);
  REQUIRE(store.reader().counts()->events["crm/orders"] == 1);
}

TEST_CASE("records: without versions the same content is no change, the newest arrival wins") {
  Store store;
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10}})).new_records == 1);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10}})).unchanged == 1);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 11}})).changed == 1);
  REQUIRE(store.apply(accounts_feed(), account_page({{"A1", "one"}})).new_records == 1);
  REQUIRE(store.apply(accounts_feed(), account_page({{"A1", "one"}})).unchanged == 1);
  REQUIRE(store.apply(accounts_feed(), account_page({{"A1", "other"}})).changed == 1);
}

TEST_CASE("records: an older version does not bring a deleted record back, a newer one does") {
  Store store;
  Page page = order_page({});
  page.deletions.push_back({"O1", Instant{50}});
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}}));
  store.apply(orders_feed(), page);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10, 40}})).unchanged == 1);
  REQUIRE(store.text().find("order") == std::string::npos);
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10, 60}})).new_records == 1);
  page.deletions[0].at = Instant{60};
  REQUIRE(store.apply(orders_feed(), page).deleted == 1);
}

TEST_CASE("records: two equal rows are two events, a changed file replaces its own") {
  Store store;
  const ActivityIn row{"A1", "login", 7};
  store.apply(activities_feed("one.csv"), activity_page({row, row}));
  store.apply(activities_feed("two.csv"), activity_page({row}));
  REQUIRE(store.reader().counts()->events["crm/activities"] == 3);
  const PageCounts counts = store.apply(activities_feed("one.csv"), activity_page({row}, true));
  REQUIRE(counts.deleted == 2);
  REQUIRE(counts.new_records == 1);
  REQUIRE(store.reader().counts()->events["crm/activities"] == 2);
}

TEST_CASE("records: events wait for their account and are counted") {
  Store store;
  REQUIRE(store.apply(orders_feed(), order_page({{"O1", "A1", 1, 10, 1}, {"O2", "", 1, 1, 1}}))
              .waiting == 1);
  REQUIRE(store.reader().counts()->waiting == 1);
  REQUIRE(store.text().empty());
  REQUIRE(store.number("A1") == 0);
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}}));
  REQUIRE(store.reader().counts()->waiting == 0);
  REQUIRE(store.text().find("order") != std::string::npos);
}

TEST_CASE("records: rows without an account are counted and not kept") {
  Store store;
  Page page = order_page({{"O1", "", 1, 10, 1}});
  page.rows_without_account = 3;
  const PageCounts counts = store.apply(orders_feed(), page);
  REQUIRE(counts.without_account == 4);
  REQUIRE(counts.new_records == 0);
}

TEST_CASE("records: after a commit nothing is held open that another connection's would outdate") {
  Store store;
  store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 1}}));
  store.apply(orders_feed(), order_page({{"O1", "A1", 2, 2, 2}}));
  auto other = Database::open(store.dir.database(), OpenMode::create_or_upgrade);
  REQUIRE(other);
  auto transaction = Transaction::begin(*other, "other", Durability::full);
  REQUIRE(transaction);
  REQUIRE(Configs(*other).put(*transaction, "text"));
  REQUIRE(transaction->commit());
  REQUIRE(store.apply(orders_feed(), order_page({{"O2", "A1", 1, 1, 1}})).new_records == 1);
}

TEST_CASE("records: accounts that a full pull no longer showed are lost, and none is deleted") {
  Store store;
  store.apply(accounts_feed(),
              account_page({{"A1", "one", 1}, {"A2", "two", 1}, {"A3", "three", 1}}));
  REQUIRE(store.records->begin_full(accounts_feed()));
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}}));
  store.reopen();
  store.apply(accounts_feed(), account_page({{"A3", "three", 2}, {"A4", "four", 1}}));
  REQUIRE(Brakes(*store.database).lost("crm")->known == 0);
  REQUIRE(store.records->end_full(accounts_feed()));
  CHECK(Brakes(*store.database).lost("crm")->known == 3);
  CHECK(Brakes(*store.database).lost("crm")->lost == 1);
  CHECK(store.reader().counts()->accounts == 4);
  // None is under way any more: what is known of the last one stays.
  REQUIRE(store.records->end_full(accounts_feed()));
  CHECK(Brakes(*store.database).lost("crm")->lost == 1);
}

TEST_CASE("records: a sweep deletes what it did not name and what was known before it") {
  Store store;
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}, {"A2", "two", 1}}));
  store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 1}, {"O2", "A1", 1, 2, 1}}));
  for (const Feed& feed : {accounts_feed(), orders_feed()})
    REQUIRE(store.records->begin_sweep(feed));
  REQUIRE(store.records->apply_sweep(accounts_feed(), naming({"A1"}, "half")));
  REQUIRE(store.records->apply_sweep(orders_feed(), naming({"O2"}, "half")));
  store.apply(orders_feed(), order_page({{"O3", "A1", 1, 3, 1}}));
  store.reopen();
  REQUIRE(store.records->sweep_cursor(orders_feed())->bytes == "half");
  REQUIRE(store.records->swept_at(orders_feed())->is_missing());
  for (const Feed& feed : {accounts_feed(), orders_feed()}) {
    const auto sweep = store.records->end_sweep(feed, {2000}, {});
    REQUIRE(sweep);
    CHECK(sweep->counts.deleted == 1);
    CHECK(sweep->lost == 1);
    CHECK(sweep->known == 2);
  }
  REQUIRE(*store.records->swept_at(orders_feed()) == Instant{2000});
  const std::string text = store.text();
  REQUIRE(text.find("account A2 'two' deleted true") != std::string::npos);
  REQUIRE(text.find(" 1 '' won") == std::string::npos);
  REQUIRE(text.find(" 2 '' won") != std::string::npos);
  REQUIRE(text.find(" 3 '' won") != std::string::npos);
  REQUIRE(store.records->sweep_cursor(orders_feed())->bytes.empty());
}

TEST_CASE("records: a sweep that misses more than is believed deletes nothing and is over") {
  Store store;
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}, {"A2", "two", 1}}));
  store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 1}, {"O2", "A1", 1, 2, 1}}));
  for (const char* contact : {"C1", "C2", "C3"}) {
    store.apply(contacts_feed(), contact_page(contact, "A1", true));
  }
  const std::string before = store.text();
  const auto sweep = [&](const Feed& feed, const Believed& believed, Instant at) {
    REQUIRE(store.records->begin_sweep(feed));
    REQUIRE(store.records->apply_sweep(feed, naming({}, "")));
    const auto ended = store.records->end_sweep(feed, at, believed);
    REQUIRE(ended);
    return *ended;
  };
  for (const Feed& feed : {accounts_feed(), orders_feed(), contacts_feed()}) {
    const Sweep refused = sweep(feed, {1, 0.5}, {2000});
    CHECK_FALSE(refused.is_believed);
    CHECK(refused.lost == refused.known);
    CHECK(refused.counts.deleted == 0);
    CHECK(*store.records->swept_at(feed) == Instant{2000});
  }
  CHECK(store.text() == before);
  CHECK(sweep(contacts_feed(), {3, 0}, {3000}).counts.deleted == 3);
  CHECK(sweep(orders_feed(), {0, 1}, {3000}).counts.deleted == 2);
  CHECK(sweep(contacts_feed(), {}, {4000}).known == 0);
  CHECK(*store.records->swept_at(accounts_feed()) == Instant{2000});
}

TEST_CASE("records: an erased account is gone and does not come back") {
  std::set<std::string> forgotten;
  RecordsSettings settings = small_settings();
  settings.forgotten = [&](const std::string&, const std::vector<std::string>& ids) {
    std::vector<bool> answer;
    for (const std::string& id : ids) answer.push_back(forgotten.count(id) != 0);
    return Result<std::vector<bool>>(answer);
  };
  Store store(settings);
  store.apply(accounts_feed(), account_page({{"A1", "one", 1}, {"A2", "two", 1}}));
  store.apply(contacts_feed(), contact_page("C1", "A1", true));
  store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 1}}));
  {
    auto transaction = Transaction::begin(*store.database, "forget", Durability::full);
    REQUIRE(transaction);
    REQUIRE(store.records->erase_account(*transaction, store.number("A1")));
    REQUIRE(store.records->erase_account(*transaction, 99).error().kind == ErrorKind::not_found);
    REQUIRE(transaction->commit());
  }
  forgotten.insert("A1");
  for (int i = 0; i < 2; ++i) {
    const PageCounts counts = store.apply(orders_feed(), order_page({{"O1", "A1", 1, 1, 9}}));
    REQUIRE(counts.forgotten == 1);
    Page page = account_page({{"A1", "one", 9}});
    page.deletions.push_back({"A1", Instant{3}});
    store.apply(accounts_feed(), page);
    REQUIRE(store.reader().counts()->contacts == 0);
    REQUIRE(store.reader().counts()->events["crm/orders"] == 0);
    REQUIRE(store.text() == "account A2 'two' deleted false\n");
    store.reopen();
  }
}

TEST_CASE("records: a page of another kind than its feed is refused") {
  Store store;
  const auto applied = store.records->apply(orders_feed(), account_page({{"A1", "one"}}), {1000});
  REQUIRE_FALSE(applied);
  REQUIRE(applied.error().kind == ErrorKind::corrupt);
}

TEST_CASE("records: after a failed commit nothing is taken, and a new writer goes on from before") {
  Store store;
  store.apply(orders_feed(), with_cursor(order_page({{"O1", "A1", 1, 1, 1}}), "one"));
  raw(*store.database).exec("PRAGMA max_page_count = 1");
  std::vector<OrderIn> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back({"P" + std::to_string(i), "A1", i, 1.0 * i, 1});
  REQUIRE(store.records->apply(orders_feed(), with_cursor(order_page(rows), "two"), {1000}));
  const auto failed = store.records->flush();
  REQUIRE_FALSE(failed);
  REQUIRE(failed.error().message.find("the disk is full") != std::string::npos);
  REQUIRE_FALSE(store.records->flush());
  store.reopen();
  REQUIRE(store.records->cursor(orders_feed())->bytes == "one");
  REQUIRE(store.reader().counts()->events["crm/orders"] == 1);
  store.apply(orders_feed(), with_cursor(order_page(rows), "two"));
  REQUIRE(store.reader().counts()->events["crm/orders"] == 20'001);
}
