// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cmath>

#include "playbook/account_values.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

// Whether `when` (in flow style) takes the account.
bool takes(const std::string& when, const TestAccount& account, Band band = Band::medium) {
  const auto playbook = playbook_of("actions:\n  - {action: ask, when: " + when + "}\n");
  const Candidate candidate = account.candidate();
  const TimeZone zone = test_today().zone;
  AccountValues values(*playbook, candidate, zone);
  values.band = band;
  values.decile = 9;
  values.tags = {true, false};
  return playbook->first_match(values) != nullptr;
}

}  // namespace

TEST_CASE("rules: a word equals, a list is one of, and all entries hold") {
  TestAccount account("A");
  CHECK(takes("{segment: cooling}", account));
  CHECK_FALSE(takes("{segment: active}", account));
  CHECK(takes("{segment: [active, cooling]}", account));
  CHECK(takes("{segment: cooling, band: medium}", account));
  CHECK_FALSE(takes("{segment: cooling, band: high}", account));
  CHECK(takes("{decile: [9, 10]}", account));
  CHECK(takes("{decile: {from: 9}}", account));
  CHECK_FALSE(takes("{decile: {below: 9}}", account));
  CHECK(takes("{high_value: yes, engaged: no}", account));
  CHECK(takes("{}", account));
}

TEST_CASE("rules: from is included and below is not, also for shares that floats cannot hold") {
  TestAccount account("A");
  for (int percent = 1; percent <= 99; ++percent) {
    INFO(percent);
    account.feature("quota_usage_last", percent / 100.0);
    const std::string edge = std::to_string(percent) + "%";
    CHECK(takes("{quota_usage_last: {from: " + edge + "}}", account));
    CHECK_FALSE(takes("{quota_usage_last: {below: " + edge + "}}", account));
    CHECK(takes("{quota_usage_last: " + edge + "}", account));
  }
}

TEST_CASE("rules: a test on a missing value is false, except missing") {
  TestAccount account("A");
  CHECK(takes("{seats: missing}", account));
  CHECK_FALSE(takes("{seats: known}", account));
  CHECK_FALSE(takes("{seats: {below: 10}}", account));
  CHECK_FALSE(takes("{seats: 3}", account));
  CHECK(takes("{not: {seats: {below: 10}}}", account));
  account.attribute("seats", 3);
  CHECK(takes("{seats: 3}", account));
  CHECK(takes("{seats: known}", account));
  CHECK_FALSE(takes("{not: {seats: {below: 10}}}", account));
  CHECK(takes("{region: missing, plan: missing, renewal: missing, is_partner: missing}", account));
}

TEST_CASE("rules: a literal takes the type of its key") {
  TestAccount account("A");
  account.attribute("region", "NO");
  CHECK(takes("{region: NO}", account));
  CHECK_FALSE(takes("{region: no}", account));
  account.attribute("region", "12");
  CHECK(takes("{region: [7, 12]}", account));
  account.attribute("region", "missing");
  CHECK(takes("{region: \"missing\"}", account));
  CHECK_FALSE(takes("{region: missing}", account));
  account.attribute("is_partner", 0);
  CHECK(takes("{is_partner: no}", account));
}

TEST_CASE("rules: ordered text is compared by its order, and outside of it by text only") {
  TestAccount account("A");
  account.attribute("plan", "Pro");
  CHECK(takes("{plan: {from: Pro}}", account));
  CHECK(takes("{plan: {from: Basic, below: Enterprise}}", account));
  CHECK_FALSE(takes("{plan: {below: Pro}}", account));
  CHECK(takes("{plan: [Basic, Pro]}", account));
  account.attribute("plan", "Legacy");
  CHECK_FALSE(takes("{plan: {from: Basic}}", account));
  CHECK(takes("{plan: known}", account));
}

TEST_CASE("rules: instants are compared as local days") {
  TestAccount account("A");
  // 23:30 UTC of the 30th is the 1st of December in Berlin.
  const Day day = Day::of_civil(2026, 11, 30);
  account.attribute("renewal", static_cast<double>(day.number) * 86'400'000.0 + 23.5 * 3'600'000);
  CHECK(takes("{renewal: 2026-12-01}", account));
  CHECK(takes("{renewal: {from: 2026-12-01, below: 2026-12-02}}", account));
  account.feature("last_order_on", Day::of_civil(2026, 10, 9).number);
  CHECK(takes("{last_order_on: {below: 2026-10-10}}", account));
}

TEST_CASE("rules: any is one of its maps, not is none of it, and both nest") {
  TestAccount account("A");
  account.attribute("region", "DACH").attribute("seats", 30);
  CHECK(takes("{any: [{region: UK}, {seats: {from: 20}}]}", account));
  CHECK_FALSE(takes("{any: [{region: UK}, {seats: {from: 40}}]}", account));
  CHECK_FALSE(takes("{not: {region: DACH}}", account));
  CHECK(takes("{not: {region: DACH, seats: 7}}", account));
  CHECK(takes("{not: {any: [{region: UK}, {not: {seats: 30}}]}}", account));
}

TEST_CASE("rules: days may be written as durations where a feature counts days") {
  TestAccount account("A");
  CHECK(takes("{days_since_order: {from: 45d, below: 46d}}", account));
}

TEST_CASE("segments: every day is in exactly one, and no order is no_purchase") {
  const unsigned seed = test_seed(7);
  INFO("seed " << seed);
  std::srand(seed);
  for (int round = 0; round < 20; ++round) {
    std::string starts = "first: 0";
    std::vector<int> edges = {0};
    for (int i = 0; i < 5; ++i) {
      edges.push_back(edges.back() + 1 + std::rand() % 90);
      starts += ", s" + std::to_string(i) + ": " + std::to_string(edges.back());
    }
    const auto playbook = playbook_of("segments: {starts: {" + starts + "}}");
    const TimeZone zone = TimeZone::utc();
    TestAccount account("A");
    std::size_t expected = 0;
    for (int day = 0; day < edges.back() + 10; ++day) {
      if (expected + 1 < edges.size() && edges[expected + 1] == day) ++expected;
      account.feature("days_since_order", day);
      const Candidate candidate = account.candidate();
      REQUIRE(AccountValues(*playbook, candidate, zone).segment == expected);
      account.feature("days_since_order", day + 0.999);
      const Candidate later = account.candidate();
      REQUIRE(AccountValues(*playbook, later, zone).segment == expected);
    }
    account.feature("days_since_order", std::nan(""));
    const Candidate stranger = account.candidate();
    CHECK(playbook->names().segments()[AccountValues(*playbook, stranger, zone).segment] ==
          "no_purchase");
  }
}

TEST_CASE("segments: under days_since_touch who never bought is still no_purchase") {
  const auto playbook = playbook_of("segments: {measure: days_since_touch}");
  TestAccount account("A");
  account.feature("days_since_touch", 2);
  const TimeZone zone = TimeZone::utc();
  const Candidate buyer = account.candidate();
  CHECK(AccountValues(*playbook, buyer, zone).segment == 0);
  account.feature("days_since_order", std::nan(""));
  const Candidate stranger = account.candidate();
  CHECK(AccountValues(*playbook, stranger, zone).segment == 4);
}

TEST_CASE("tags: the share is kept, and equal values get equal tags") {
  const auto playbook = playbook_of(
      "tags:\n  big: {order_amount_mean: {top: 20%}}\n"
      "  rare: {order_count_365d: {bottom: 50%}}\n"
      "  clicks: {clicks_per_visit_30d: {top: 20%}}\n");
  const Today today = test_today();
  std::deque<TestAccount> accounts;
  for (int i = 0; i < 100; ++i) {
    accounts.emplace_back("A" + std::to_string(i))
        .feature("order_amount_mean", i)
        .feature("order_count_365d", i < 60 ? 1 : i)
        .feature("clicks_per_visit_30d", i < 90 ? 0 : i);
  }
  const Frame frame = frame_of(*playbook, accounts, today);
  std::map<std::string, int> counts;
  for (const TestAccount& account : accounts) {
    for (const std::string& tag : choose(*playbook, account.candidate(), frame, today).tags) {
      ++counts[tag];
    }
  }
  CHECK(counts["big"] == 20);
  CHECK(counts["rare"] == 60);    // 60 are equal: nearer to 50 than nobody
  CHECK(counts["clicks"] == 10);  // 90 are equal: 10 are nearer to 20 than all
}
