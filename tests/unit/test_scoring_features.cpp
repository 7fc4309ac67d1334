// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>

#include "scoring/feature_pass.h"
#include "tests/support/timeline_in_memory.h"

using namespace upselld;
using namespace upselld::scoring;

namespace {

const TimeZone kZone = TimeZone::utc();
const Day kDay = Day::of_civil(2026, 11, 1);

struct Shop {
  test::TimelinesInMemory source;
  ScoringSettings settings;
  Timeline* account = &source.add_account("A1");

  Instant ago(int days_ago, int hour = 12) const {
    return kZone.start_of(kDay - days_ago) + hours(hour);
  }
  void order(int days_ago, double amount, OrderStatus status = OrderStatus::won) {
    account->orders.push_back({ago(days_ago), ago(days_ago), account->orders.size() + 1, amount, 0,
                               OrderKind::other, status});
  }
  void line(Instant at, std::uint64_t order, double price) {
    account->lines.push_back({at, at, order, 1, price, 0, 0, OrderKind::other, OrderStatus::won});
  }
  void event(const char* kind, Instant at, Instant known_at, double value = NAN,
             std::uint64_t thread = 0) {
    account->activities.push_back({at, known_at, value, thread, 0, source.kind(kind)});
  }
  double value(const std::string& name, std::optional<Moment> when = {}) {
    const Moment moment = when.value_or(moment_at_start_of(kDay, kZone));
    const auto table = FeatureTable::make(source.words, settings, {name});
    REQUIRE(table);
    const Dictionaries dictionaries = {{"plan", {"Pro", "Basic"}}};
    FeaturePass pass(*table, source.words, settings, {moment}, dictionaries);
    const Timeline all = test::TimelinesInMemory::known(*account, Instant{INT64_MAX});
    pass.open(all);
    return static_cast<double>(pass.row(0)[*table->index_of(name)]);
  }
};

}  // namespace

TEST_CASE("features: windows count back from local midnight and take in their first day") {
  Shop shop;
  shop.order(1, 100);
  shop.order(30, 50);
  shop.order(31, 25);
  CHECK(shop.value("order_count") == 3);
  CHECK(shop.value("order_count_30d") == 2);
  CHECK(shop.value("order_amount_sum_31d") == 175);
  CHECK(shop.value("order_amount_median") == 50);
  CHECK(shop.value("order_amount_last") == 100);
  CHECK(shop.value("days_since_order") == 1);
  CHECK(shop.value("tenure_days") == 31);
  CHECK(shop.value("last_order_on") == (kDay - 1).number);
}

TEST_CASE("features: scoring in the course of a day sees that day and keeps its windows") {
  Shop shop;
  shop.order(30, 100);
  shop.account->orders.push_back({shop.ago(0, 9), shop.ago(0, 9), 9, 70, 0, {}, OrderStatus::won});
  const Moment noon = moment_now(shop.ago(0, 12), kZone);
  const Moment morning = moment_now(shop.ago(0, 8), kZone);
  CHECK(shop.value("order_count_30d", noon) == 2);
  CHECK(shop.value("days_since_order", noon) == 0);
  CHECK(shop.value("order_count_30d", morning) == 1);
  CHECK(shop.value("order_count_30d", moment_at_start_of(kDay, kZone)) == 1);
}

TEST_CASE("features: what was not known yet is not there, also between events that were") {
  Shop shop;
  shop.order(100, 10);
  shop.event("login", shop.ago(10), shop.ago(10));
  shop.event("login", shop.ago(8), shop.ago(-2));
  shop.event("login", shop.ago(5), shop.ago(5));
  CHECK(shop.value("login_count_30d") == 2);
  CHECK(shop.value("days_since_login") == 5);
  shop.account->orders.push_back({shop.ago(3), shop.ago(0), 99, 500, 0, {}, OrderStatus::won});
  CHECK(shop.value("order_count") == 1);
}

TEST_CASE("features: an order that straddles midnight shows its earlier lines only") {
  Shop shop;
  shop.line(shop.ago(1, 23), 7, 40);
  shop.line(shop.ago(0, 0), 7, 400);
  shop.line(shop.ago(20), 8, 10);
  CHECK(shop.value("order_amount_last") == 40);
  CHECK(shop.value("order_lines_last") == 1);
  CHECK(shop.value("order_amount_max") == 40);
}

TEST_CASE("features: days with an event are local days, each counted once") {
  Shop shop;
  for (const int hour : {8, 9, 23}) shop.event("login", shop.ago(30, hour), shop.ago(30, hour));
  shop.event("login", shop.ago(31), shop.ago(31));
  shop.event("login", shop.ago(3, 22), shop.ago(3, 22));
  shop.event("login", shop.ago(3, 23), shop.ago(-1));  // not known yet
  shop.order(5, 10);
  shop.order(5, 20);
  CHECK(shop.value("login_days_30d") == 2);
  CHECK(shop.value("login_days") == 3);
  CHECK(shop.value("login_days_2d") == 0);
  CHECK(shop.value("order_days_90d") == 1);
  CHECK(std::isnan(shop.value("csat_days_30d")));  // nobody records that kind

  auto berlin = TimeZone::load("Europe/Berlin");
  REQUIRE(berlin);
  shop.settings.zone = *berlin;  // 23:00 belongs to the next day there
  CHECK(shop.value("login_days_30d", moment_at_start_of(kDay, *berlin)) == 3);
}

TEST_CASE("features: activity stands for events of all kinds together") {
  Shop shop;
  CHECK(std::isnan(shop.value("activity_count_30d")));  // nobody records any kind
  shop.event("login", shop.ago(40), shop.ago(40), 5);
  shop.event("call", shop.ago(20), shop.ago(20), 7);
  shop.event("login", shop.ago(20, 13), shop.ago(20, 13), 11);
  shop.event("nps", shop.ago(4), shop.ago(-1), 9);  // not known yet
  shop.event("call", shop.ago(2), shop.ago(2));
  CHECK(shop.value("activity_count") == 4);
  CHECK(shop.value("activity_count_30d") == 3);
  CHECK(shop.value("activity_sum_30d") == 18);
  CHECK(shop.value("activity_days_30d") == 2);
  CHECK(shop.value("days_since_activity") == 2);
  CHECK(shop.value("login_count_30d") == 1);

  // A kind of that name is itself.
  shop.event("activity", shop.ago(1), shop.ago(1));
  CHECK(shop.value("activity_count") == 1);
}

TEST_CASE("features: a table of certain features alone has the values of the whole one") {
  Shop shop;
  shop.order(20, 100);
  shop.order(3, 300);
  shop.event("login", shop.ago(3), shop.ago(3));
  const std::vector<std::string> names = {"order_amount_median", "login_count_30d",
                                          "order_days_90d", "tenure_days"};
  for (std::size_t count = names.size(); count >= 3; --count) {  // with a measure, and without
    const auto table =
        FeatureTable::only(shop.source.words, shop.settings,
                           {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count)});
    REQUIRE(table);
    REQUIRE(table->size() == count);
    FeaturePass pass(*table, shop.source.words, shop.settings, {moment_at_start_of(kDay, kZone)},
                     {});
    const Timeline all = test::TimelinesInMemory::known(*shop.account, Instant{INT64_MAX});
    pass.open(all);
    const auto row = pass.row(0);
    for (std::size_t i = 0; i < count; ++i) {
      INFO(names[i]);
      CHECK(static_cast<double>(row[i]) == shop.value(names[i]));
    }
  }
  const auto unknown = FeatureTable::only(shop.source.words, shop.settings, {"order_cuont_90d"});
  REQUIRE_FALSE(unknown);
  CHECK_THAT(unknown.error().message, Catch::Contains("did you mean \"order_count_90d\""));
}

TEST_CASE("features: missing is missing and never zero") {
  Shop shop;
  CHECK(std::isnan(shop.value("days_since_order")));
  CHECK(std::isnan(shop.value("order_amount_mean")));
  CHECK(shop.value("order_count") == 0);
  CHECK(std::isnan(shop.value("pricing_visit_count_7d")));  // nobody records that kind
  CHECK(std::isnan(shop.value("clicks_per_visit_30d")));
}

TEST_CASE("features: cancelled orders are counted apart and are never bought") {
  Shop shop;
  shop.settings.target.later_cancelled = LaterCancelled::counts;
  shop.order(10, 100);
  shop.order(9, -100, OrderStatus::cancelled);
  CHECK(shop.value("order_count") == 1);
  CHECK(shop.value("cancellation_count_90d") == 1);
  CHECK(shop.value("cancellation_amount_sum") == -100);
  CHECK(shop.value("cancellation_share") == 0.5);
}

TEST_CASE("features: a case is open until its own thread closes") {
  Shop shop;
  shop.event("case_opened", shop.ago(20), shop.ago(20), NAN, 1);
  shop.event("case_opened", shop.ago(19), shop.ago(19), NAN, 2);
  shop.event("case_escalated", shop.ago(18), shop.ago(18), NAN, 2);
  shop.event("case_closed", shop.ago(5), shop.ago(5), 30, 1);
  CHECK(shop.value("cases_open") == 1);
  CHECK(shop.value("cases_escalated_open") == 1);
  CHECK(shop.value("case_closed_mean_90d") == 30);
}

TEST_CASE("features: attributes are read as they were known, texts by the frozen dictionary") {
  Shop shop;
  shop.source.words.attributes = {{"plan", AttributeKind::text, {}, false},
                                  {"tier", AttributeKind::ordered_text, {"low", "high"}, false},
                                  {"renewal", AttributeKind::instant, {}, false}};
  shop.source.words.recorded_since = {Instant{}, Instant{}, Instant{}};
  auto change = [&](Instant at, std::uint16_t attribute, AttributeValue value) {
    shop.account->changes.push_back({at, attribute, std::move(value)});
  };
  change(shop.ago(9), 0, {NAN, "Basic"});
  change(shop.ago(0), 0, {NAN, "Pro"});
  change(shop.ago(9), 1, {NAN, "high"});
  change(shop.ago(9), 2, {static_cast<double>(shop.ago(-14).ms), ""});
  CHECK(shop.value("plan") == 2);
  CHECK(shop.value("tier") == 1);
  CHECK(shop.value("days_until_renewal") == 14);
  CHECK(shop.value("days_since_renewal") == -14);
  shop.account->changes[0].value.text = "Unheard of";
  CHECK(shop.value("plan") == 0);
  shop.account->changes[0].value.text = "";
  CHECK(std::isnan(shop.value("plan")));
}

TEST_CASE("features: an amount in a currency without a rate is not known") {
  Shop shop;
  shop.source.words.currencies = {"", "USD", "CHF"};
  shop.settings.currency_rates = {{"USD", 0.5}};
  shop.order(10, 100);
  shop.account->orders.back().currency = 1;
  shop.order(9, 100);
  shop.account->orders.back().currency = 2;
  CHECK(shop.value("order_count") == 2);
  CHECK(shop.value("order_amount_sum") == 50);
}

TEST_CASE("features: an unknown name is refused and the nearest is named") {
  const test::TimelinesInMemory source;
  const auto table = FeatureTable::make(source.words, {}, {"order_cuont_90d"});
  REQUIRE_FALSE(table);
  CHECK(table.error().kind == ErrorKind::invalid_config);
  CHECK_THAT(table.error().message, Catch::Contains("did you mean \"order_count_90d\""));
  for (const char* name :
       {"order_count_0d", "order_count_99999d", "count_90d", "order_90d", "", "_count",
        "days_since_", "order_amount_count", "order_amount_days_90d", "_days_90d"}) {
    INFO(name);
    CHECK_FALSE(is_feature_name(name, source.words));
  }
  for (const char* name : {"pricing_visit_count_7d", "quota_usage_last", "days_since_upsell_order",
                           "order_amount_mean", "clicks_per_visit_30d", "nps_min_365d",
                           "activity_count_30d", "login_days_30d", "days_since_activity"}) {
    INFO(name);
    CHECK(is_feature_name(name, source.words));
  }
}

TEST_CASE("features: an admin's additions are learnt from, and speak in the admin's words") {
  const test::TimelinesInMemory source;
  ScoringSettings settings;
  settings.features.learn = {"order_count_7d", "order_count_30d"};
  settings.features.sentences = {{"order_count_7d", "{value} this week"},
                                 {"seats", "{value} seats"}};
  const auto plain = FeatureTable::make(source.words, {}, {});
  const auto table = FeatureTable::make(source.words, settings, {"order_count_8d"});
  REQUIRE((plain && table));
  CHECK(table->size() == plain->size() + 2);
  const FeatureInfo& added = table->infos()[*table->index_of("order_count_7d")];
  CHECK(added.in_model);
  CHECK(added.sentence == "{value} this week");
  CHECK_FALSE(table->infos()[*table->index_of("order_count_8d")].in_model);
  settings.features.learn = {"order_cuont_90d"};
  CHECK_THAT(FeatureTable::make(source.words, settings, {}).error().message,
             Catch::Contains("did you mean \"order_count_90d\""));
  settings.features.learn = {"open_order_count"};
  CHECK(FeatureTable::make(source.words, settings, {}).error().message ==
        "feature \"open_order_count\" cannot be learnt from: its state in the past is not known; "
        "rules can use it");
}

TEST_CASE("features: what only a rule asks for is not part of a model") {
  const test::TimelinesInMemory source;
  const auto table = FeatureTable::make(source.words, {}, {"order_count_7d", "order_count_30d"});
  REQUIRE(table);
  CHECK_FALSE(table->infos()[*table->index_of("order_count_7d")].in_model);
  CHECK(table->infos()[*table->index_of("order_count_30d")].in_model);
  CHECK_FALSE(table->infos()[*table->index_of("open_upsell_orders")].in_model);
  CHECK(table->names_like("order_count_31d", 1) == std::vector<std::string>{"order_count_30d"});
}
