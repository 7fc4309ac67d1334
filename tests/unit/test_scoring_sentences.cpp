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
                      {"renewal", AttributeKind::instant, {}, true}};
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
  CHECK(told("days_since_order", 40, 25) == "last order on 8 Oct, usual 25 days ago");
  CHECK(told("days_since_order", 340, 25) == "last order on 12 Dec 2025, usual 25 days ago");
  CHECK(told("order_amount_mean", 14'200, 900) ==
        "mean of orders so far: 14,200 EUR, usual 900 EUR");
  CHECK(told("quota_usage_last", 0.84, 0.5) ==
        "last of quota reading values so far: 84 %, usual 50 %");
  CHECK(told("product_family_count", 1, 2) == "1 product family bought so far, usual 2");
  CHECK(told("plan", 1) == "plan Pro");
  CHECK(told("last_order_on", kToday.number - 40) == "last order on 8 Oct");
}

TEST_CASE("sentences: what is missing is told as missing") {
  CHECK(told("days_since_order", NAN, 25) == "no order so far");
  CHECK(told("order_interval_mean", NAN, 25) == "order interval mean not known");
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
  CHECK(value_text(0.8412, "share") == "84.1 %");
  CHECK(value_text(1.5, "times") == "1.5 times");
  CHECK(value_text(1, "days") == "1 day");
  CHECK(value_text(-0.001, "") == "0");
}
