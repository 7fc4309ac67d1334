// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>

#include "scoring/snapshots.h"
#include "scoring/taken_back.h"
#include "scoring/training_rows.h"
#include "tests/support/timeline_in_memory.h"

using namespace upselld;
using namespace upselld::scoring;

namespace {

const TimeZone kZone = TimeZone::utc();
Instant start(int year, unsigned month, unsigned day) {
  return kZone.start_of(Day::of_civil(year, month, day));
}

struct Shop {
  test::TimelinesInMemory source;
  ScoringSettings settings;
  Timeline* account = &source.add_account("A1");
  Moment moment = moment_at_start_of(Day::of_civil(2026, 6, 1), kZone);

  OrderEvent& order(int days_after, double amount, OrderStatus status = OrderStatus::won,
                    OrderKind kind = OrderKind::other) {
    const Instant at = moment.midnight + days(days_after) + hours(1);
    account->orders.push_back({at, at, account->orders.size() + 1, amount, 0, kind, status});
    return account->orders.back();
  }
  Label label() {
    OrderBook book(source.words, settings);
    book.open(*account);
    OrderView view;
    book.view(moment.upper, view);
    eligible = is_eligible(account->account, view, moment);
    return label_of(*account, book, view, moment, source.words, settings);
  }
  bool eligible = false;
};

}  // namespace

TEST_CASE("snapshots: stand on the first of months whose windows are over") {
  const ScoringSettings settings;
  const auto days_found = finished_snapshots(start(2010, 12, 1), start(2011, 12, 1), settings);
  REQUIRE(days_found.size() == 9);
  CHECK(to_text(days_found.front()) == "2011-02-01");
  CHECK(to_text(days_found.back()) == "2011-10-01");
  const Judging judging = judging_of(days_found, settings);
  CHECK(judging.rolling == std::vector<std::size_t>{3, 4, 5, 6});
  CHECK(judging.test == 8U);
  CHECK(finished_by(days_found, start(2011, 10, 1), settings) == 7);
}

TEST_CASE("snapshots: every date learns from at most 24 months before it, and none without data") {
  const ScoringSettings settings;
  const Instant now = start(2026, 11, 22);
  const auto found = finished_snapshots(start(2000, 1, 1), now, settings);
  const auto first_for = [&](Instant as_of) {
    return to_text(found[learnt_by(found, as_of, settings).first]);
  };
  CHECK(first_for(now) == "2024-11-01");
  const Judging judging = judging_of(found, settings);
  CHECK(to_text(found[*judging.test]) == "2026-09-01");
  CHECK(first_for(start(2026, 9, 1)) == "2024-09-01");
  REQUIRE(to_text(found[judging.rolling.front()]) == "2026-02-01");
  CHECK(first_for(start(2026, 2, 1)) == "2024-02-01");
  // The oldest date by which the oldest judged one chooses.
  CHECK(to_text(found[*asked_dates(found, settings).begin()]) == "2025-05-01");
  CHECK(to_text(found.front()) == "2023-05-01");
  CHECK(judging_of(found, settings).rolling.size() == 6);
  CHECK(finished_snapshots(Instant::missing(), start(2026, 1, 1), settings).empty());
  CHECK(finished_snapshots(start(2026, 1, 1), start(2026, 1, 20), settings).empty());
  CHECK_FALSE(judging_of({}, settings).test);
}

TEST_CASE("snapshots: every N days stand on the same days whatever the data") {
  ScoringSettings settings;
  settings.spacing.every_days = 14;
  const auto one = finished_snapshots(start(2025, 1, 1), start(2026, 1, 1), settings);
  const auto two = finished_snapshots(start(2025, 1, 9), start(2026, 1, 1), settings);
  CHECK(one.back() == two.back());
  CHECK(one.front().number % 14 == 0);
}

TEST_CASE("labels: a larger order is at least growth times the usual one, in the window only") {
  Shop shop;
  shop.order(-20, 100);
  shop.order(-10, 100);
  CHECK_FALSE(shop.label().positive);
  CHECK(shop.eligible);
  SECTION("just large enough, on the last day") {
    shop.order(59, 120);
    CHECK(shop.label().positive);
  }
  SECTION("too small") {
    shop.order(5, 119.99);
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("too late") {
    shop.order(60, 500);
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("not won") {
    shop.order(5, 500, OrderStatus::lost);
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("known later than it happened") {
    OrderEvent& order = shop.order(5, 500);
    order.known_at = order.at + days(40);
    CHECK(shop.label().known_at == order.known_at);
  }
}

TEST_CASE("labels: what was taken back within 30 days counts only when settings say so") {
  Shop shop;
  shop.order(-20, 100);
  shop.order(5, 200);
  SECTION("by a cancelling order") {
    shop.order(15, -200, OrderStatus::cancelled);
  }
  SECTION("by a refund") {
    const Instant at = shop.moment.midnight + days(30);
    shop.account->activities.push_back({at, at, 200, 0, 0, shop.source.kind("refund")});
  }
  CHECK_FALSE(shop.label().positive);
  shop.settings.target.later_cancelled = LaterCancelled::counts;
  CHECK(shop.label().positive);
}

TEST_CASE("labels: a refund takes back one order, the nearest to its amount") {
  Shop shop;
  shop.order(-20, 100);
  const Instant smaller = shop.order(5, 150).at;
  shop.order(6, 200);
  const Instant at = shop.moment.midnight + days(10);
  shop.account->activities.push_back({at, at + days(90), 200, 0, 0, shop.source.kind("refund")});
  const Label label = shop.label();
  CHECK(label.positive);
  CHECK(label.known_at == smaller);
  CHECK(label.gain == 50);
  SECTION("and counts until that became known") {
    REQUIRE(label.withdrawn.size() == 1);
    CHECK(label.withdrawn[0].known_at == shop.moment.midnight + days(6) + hours(1));
    CHECK(label.withdrawn[0].taken_back_at == at + days(90));
  }
  SECTION("a second one takes back the other") {
    shop.account->activities.push_back({at, at, 160, 0, 0, shop.source.kind("refund")});
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("the one of an order from long before takes back none") {
    shop.account->activities.back().value = 5'000;
    shop.order(-200, 5'000);
    shop.settings.target.growth = 0.01;
    CHECK(shop.label().positive);
    CHECK(shop.label().withdrawn.empty());
  }
}

TEST_CASE("labels: what comes back for one order comes back for no other") {
  Shop shop;
  shop.order(-20, 100);
  shop.order(5, 120);
  const Instant at = shop.moment.midnight + days(12);
  const auto refund = [&](double amount, Instant known_at) {
    shop.account->activities.push_back({at, known_at, amount, 0, 0, shop.source.kind("refund")});
  };
  SECTION("that of one that was cancelled") {
    shop.order(10, 500, OrderStatus::cancelled);
    refund(500, at);
    CHECK(shop.label().positive);
  }
  SECTION("a part of a larger one") {
    shop.order(10, 500);
    refund(170, at);
    CHECK(shop.label().withdrawn.empty());
  }
  SECTION("whose lines became known after it") {
    const OrderEvent& large = shop.order(10, 500);
    const Instant later = at + days(8);
    shop.account->lines.push_back({large.at, later, large.id_hash, 1, 500});
    refund(500, at);
    const Label label = shop.label();
    CHECK(label.gain == 20);
    REQUIRE(label.withdrawn.size() == 1);
    CHECK(label.withdrawn[0].taken_back_at == at);
  }
}

TEST_CASE("labels: an order of a negative amount takes one back, whatever its status is called") {
  Shop shop;
  shop.order(-20, 100);
  shop.order(5, 200);
  shop.order(15, -200);
  CHECK_FALSE(shop.label().positive);
}

TEST_CASE("taken back: what becomes known later changes nothing that was known before") {
  const auto day = [](int number) { return start(2026, 8, 1) + days(number); };
  const std::vector<Booking> refund = {{day(5), day(9), 120}};
  const Booking early{day(0), day(11), 100}, late{day(1), day(19), 120};
  CHECK(taken_back(std::vector{early}, refund)[0] == day(11));
  const auto since = taken_back(std::vector{early, late}, refund);
  CHECK(since[0] == day(11));
  CHECK(since[1].is_missing());
}

TEST_CASE("labels: an up-sell counts for what is learnt until it was known to be taken back") {
  DateRows date;
  const Instant day = start(2026, 6, 1);
  date.account = {0, 1};
  date.positive = {1, 0};
  date.positive_known_at = {day + days(9), Instant::missing()};
  date.withdrawn = {{1, {day + days(5), day + days(20)}}};
  using Outcomes = std::vector<std::uint8_t>;
  CHECK(date.positive_before(day + days(5)) == Outcomes{0, 0});
  CHECK(date.positive_before(day + days(10)) == Outcomes{1, 1});
  CHECK(date.positive_before(day + days(20)) == Outcomes{1, 1});
  CHECK(date.positive_before(day + days(21)) == Outcomes{1, 0});
}

TEST_CASE("labels: an opportunity of a listed kind; one that is open today changes no past date") {
  Shop shop;
  shop.settings.target.kind = TargetKind::won_opportunity;
  shop.order(-20, 100);
  shop.order(5, 100, OrderStatus::won, OrderKind::renewal);
  CHECK_FALSE(shop.label().positive);
  shop.order(6, 10, OrderStatus::won, OrderKind::upsell);
  CHECK(shop.label().positive);
  CHECK(shop.eligible);
  shop.order(-2, 10, OrderStatus::open, OrderKind::upsell);
  shop.label();
  CHECK(shop.eligible);
}

TEST_CASE("labels: an outcome of a past offer") {
  Shop shop;
  shop.settings.target.kind = TargetKind::labelled;
  shop.order(-20, 100);
  CHECK_FALSE(shop.label().positive);
  const Instant at = shop.moment.midnight + days(3);
  shop.account->activities.push_back({at, at, NAN, 0, 0, shop.source.kind("offer_accepted")});
  CHECK(shop.label().positive);
}

TEST_CASE("labels: an attribute that rises above what it was at the snapshot") {
  Shop shop;
  shop.settings.target.kind = TargetKind::attribute_increase;
  shop.settings.target.attribute = "plan";
  shop.source.words.attributes = {
      {"seats", AttributeKind::number, {}, false},
      {"plan", AttributeKind::ordered_text, {"Basic", "Pro", "Enterprise"}, false}};
  shop.order(-20, 100);
  const auto change = [&](int days_after, const char* plan) {
    shop.account->changes.push_back({shop.moment.midnight + days(days_after), 1, {0, plan}});
  };
  shop.account->changes.push_back({shop.moment.midnight - days(90), 0, {10, ""}});
  shop.account->changes.push_back({shop.moment.midnight + days(3), 0, {20, ""}});
  SECTION("another attribute says nothing") {
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("a rise counts once, known since the change") {
    change(-90, "Basic");
    change(5, "Pro");
    change(9, "Enterprise");
    CHECK(shop.label().positive);
    CHECK(shop.label().known_at == shop.moment.midnight + days(5));
    CHECK(std::isnan(shop.label().gain));
  }
  SECTION("on the snapshot's first moment, not on the window's end") {
    change(-90, "Basic");
    change(60, "Pro");
    CHECK_FALSE(shop.label().positive);
    shop.account->changes.back().known_at = shop.moment.midnight;
    CHECK(shop.label().positive);
  }
  SECTION("a fall, and the way back up, are no rise") {
    change(-90, "Pro");
    change(5, "Basic");
    change(9, "Pro");
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("what was not known cannot rise") {
    change(5, "Pro");
    CHECK_FALSE(shop.label().positive);
  }
  SECTION("a number") {
    shop.settings.target.attribute = "seats";
    CHECK(shop.label().positive);
  }
}

TEST_CASE("snapshots: a rise is told only from when changes are recorded on") {
  Shop shop;
  Target& target = shop.settings.target;
  shop.source.words.attributes = {{"seats", AttributeKind::number, {}, false}};
  shop.source.words.recorded_since = {start(2026, 3, 1)};
  const Instant first = start(2025, 1, 1);
  CHECK(outcomes_begin(first, shop.source.words, target) == first);
  target.kind = TargetKind::attribute_increase;
  target.attribute = "seats";
  CHECK(outcomes_begin(first, shop.source.words, target) == start(2026, 3, 1));
  CHECK(outcomes_begin(start(2026, 5, 1), shop.source.words, target) == start(2026, 5, 1));
  shop.source.words.recorded_since = {Instant::missing()};
  CHECK(outcomes_begin(first, shop.source.words, target).is_missing());
  CHECK(outcomes_begin(Instant::missing(), shop.source.words, target).is_missing());
}

TEST_CASE("eligible: has bought, is in scope, not opted out, not deleted before") {
  Shop shop;
  shop.order(-20, 100);
  shop.label();
  CHECK(shop.eligible);
  shop.account->account.deleted_at = shop.moment.midnight + days(3);
  shop.label();
  CHECK(shop.eligible);  // it was there then
  shop.account->account.deleted_at = shop.moment.midnight - days(3);
  shop.label();
  CHECK_FALSE(shop.eligible);
}
