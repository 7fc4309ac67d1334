// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>

#include "scoring/feature_names.h"
#include "scoring/sentences.h"

using namespace upselld;
using namespace upselld::scoring;

namespace {

const Day kToday = Day::of_civil(2026, 11, 17);

std::string told(const std::string& name, double value, double usual = NAN) {
  Vocabulary words;
  words.attributes = {{"plan", AttributeKind::text, {}, true},
                      {"renewal", AttributeKind::instant, {}, true},
                      {"last_audit", AttributeKind::instant, {}, true}};
  auto feature = feature_named(name, words);
  REQUIRE(feature);
  if (feature->info.unit == "money") feature->info.unit = "EUR";
  return tell(feature->info, {value, usual, value == 1 ? "Pro" : "", kToday});
}

}  // namespace

TEST_CASE("sentences: tell value, date and what is usual") {
  CHECK(told("order_count_30d", 3, 1) == "3 orders since 18 Oct, usual 1");
  CHECK(told("order_count_30d", 1, 1) == "1 order since 18 Oct, usual 1");
  CHECK(told("order_count_30d", 0) == "0 orders since 18 Oct");
  CHECK(told("pricing_visit_count_7d", 3, 0) ==
        "3 visits to the pricing page since 10 Nov, usual 0");
  CHECK(told("pricing_visit_count_7d", 1, 0) ==
        "1 visit to the pricing page since 10 Nov, usual 0");
  CHECK(told("login_days_30d", 12, 4) == "12 days with logins since 18 Oct, usual 4");
  CHECK(told("order_days_90d", 1, 4) == "1 day with orders since 19 Aug, usual 4");
  CHECK(told("activity_count_30d", 1, 4) == "1 activity since 18 Oct, usual 4");
  CHECK(told("days_since_activity", NAN, 4) == "no activity so far");
  CHECK(told("days_since_order", 40, 25) == "last order on 8 Oct, usual 25 days ago");
  CHECK(told("days_since_order", 340, 25) == "last order on 12 Dec 2025, usual 25 days ago");
  CHECK(told("order_amount_mean", 14'200, 900) == "mean order so far: 14,200 EUR, usual 900 EUR");
  CHECK(told("quota_usage_last", 0.84, 0.5) == "quota 84 % used at the last reading, usual 50 %");
  CHECK(told("product_family_count", 1, 2) == "1 product family bought so far, usual 2");
  CHECK(told("plan", 1) == "plan Pro");
  CHECK(told("tenure_days", 340) == "first known order on 12 Dec 2025");
  CHECK(told("last_order_on", kToday.number - 40) == "last order on 8 Oct");
}

TEST_CASE("sentences: a date is behind or ahead, whatever its feature is called") {
  CHECK(told("days_until_renewal", 45, 30) == "renewal on 1 Jan, usual in 30 days");
  CHECK(told("days_until_renewal", -45, -1) == "renewal on 3 Oct, usual 1 day ago");
  CHECK(told("days_since_renewal", 45, 30) == "renewal on 3 Oct, usual 30 days ago");
  CHECK(told("days_since_renewal", -45, -30) == "renewal on 1 Jan, usual in 30 days");
}

TEST_CASE("sentences: what is missing is told as missing") {
  CHECK(told("days_since_order", NAN, 25) == "no order so far");
  CHECK(told("order_interval_mean", NAN, 25) == "order interval mean not known");
  CHECK(told("days_since_last_audit", NAN, 25) == "days since last audit not known");
}

TEST_CASE("sentences: a reason ends with its direction") {
  const FeatureInfo info{"order_count_30d",         "orders", "frequency", "{value} since {since}",
                         FeatureInfo::Kind::number, true};
  CHECK(tell_reason(info, {2, NAN, "", kToday}, 0.1) ==
        "2 orders since 18 Oct: raises the likelihood");
  CHECK(tell_reason(info, {2, NAN, "", kToday}, -0.1) ==
        "2 orders since 18 Oct: lowers the likelihood");
}

TEST_CASE("sentences: numbers read as people write them") {
  CHECK(value_text(1'234'567, "EUR") == "1,234,567 EUR");
  CHECK(value_text(-1'234, "EUR") == "-1,234 EUR");
  CHECK(value_text(12.5, "EUR") == "12.5 EUR");
  CHECK(value_text(0.8412, "share") == "84 %");
  CHECK(value_text(0.054, "share") == "5.4 %");
  CHECK(value_text(0.333, "times") == "33 % of");
  CHECK(value_text(1.01, "times") == "about");
  CHECK(value_text(1.5, "times") == "1.5 times");
  CHECK(value_text(1, "days") == "1 day");
  CHECK(value_text(-0.001, "") == "0");
}

TEST_CASE("sentences: what nobody can picture is left to another feature of its group") {
  Vocabulary words;
  words.attributes = {{"plan", AttributeKind::text, {}, true}};
  const auto can = [&](const char* name, double value, const std::string& category = "") {
    const auto feature = feature_named(name, words);
    REQUIRE(feature);
    return can_tell(feature->info, {value, NAN, category, kToday});
  };
  CHECK(can("order_count_90d", 3));
  CHECK(can("quota_usage_last", 0.9));
  CHECK_FALSE(can("orders_decayed_120d", 5.02));
  CHECK_FALSE(can("order_rate", 0.01));
  CHECK_FALSE(can("order_rate_recent_ratio", 6.4));
  CHECK_FALSE(can("larger_order_chance", 0.3));
  CHECK(can("plan", 1, "Pro"));
  CHECK_FALSE(can("plan", 0));
  CHECK(can("days_since_order", NAN));
  CHECK_FALSE(can("order_interval_mean", NAN));
  auto own_words = *feature_named("order_rate", words);
  own_words.info.sentence = "{value} orders a day";
  CHECK(can_tell(own_words.info, {0.01, NAN, "", kToday}));
  CHECK(group_words("frequency") == "pace of orders");
}

TEST_CASE("sentences: comparisons with the account's own past read as people say them") {
  CHECK(told("order_amount_last_ratio", 0.33, 1) ==
        "the last order: 33 % of the account's usual one");
  CHECK(told("order_amount_last_ratio", 1.8, 1) ==
        "the last order: 1.8 times the account's usual one");
  CHECK(told("order_amount_momentum_3", 1.8, 1) ==
        "the last orders, three at most: 1.8 times the account's mean");
  CHECK(told("last_order_larger", 1, 0) == "last order clearly above the account's usual one: yes");
}
