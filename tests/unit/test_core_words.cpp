// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "core/activity_name.h"
#include "core/decision.h"
#include "core/delivery.h"
#include "core/records.h"
#include "core/result.h"

using namespace upselld;

TEST_CASE("words: order kinds and statuses are read as they are written") {
  for (const OrderKind kind : {OrderKind::new_business, OrderKind::renewal, OrderKind::upsell,
                               OrderKind::cross_sell, OrderKind::other}) {
    OrderKind read = OrderKind::other;
    CHECK(parse(to_text(kind), read));
    CHECK(read == kind);
  }
  OrderStatus status = OrderStatus::cancelled;
  CHECK(parse("won", status));
  CHECK(status == OrderStatus::won);
  CHECK_FALSE(parse("Won", status));
  CHECK_FALSE(parse("", status));
  CHECK(status == OrderStatus::won);
}

TEST_CASE("words: each field has one name and is found by it") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    names.insert(to_text(field));
    CHECK(field_named(to_text(field)) == field);
  }
  CHECK(names.size() == kFieldCount);
  CHECK(std::string(to_text(Field::score)) == "score");
  CHECK(std::string(to_text(Field::pause_until)) == "pause_until");
  CHECK_FALSE(field_named("Score"));
}

TEST_CASE("words: outcomes are read from picklist values and from our own words") {
  CHECK(outcome_of("Customer declined") == "declined");
  CHECK(outcome_of("declined") == "declined");
  CHECK(outcome_of("Already in progress") == "in_progress");
  CHECK(outcome_of("whatever").empty());
  CHECK(outcome_of("").empty());
}

TEST_CASE("words: bands have a word and a picklist value") {
  CHECK(std::string(to_text(Band::medium)) == "medium");
  CHECK(std::string(picklist_text(Band::medium)) == "Medium");
}

TEST_CASE("words: all built-in activity kinds have allowed names") {
  for (const char* name : kActivityKinds) CHECK(is_activity_name(name));
  CHECK_FALSE(is_activity_name(""));
  CHECK_FALSE(is_activity_name("1st"));
  CHECK_FALSE(is_activity_name("Login"));
  CHECK_FALSE(is_activity_name(std::string(49, 'a')));
  CHECK(is_activity_name(std::string(48, 'a')));
}

TEST_CASE("result: holds a value or the reason, and context goes in front") {
  const Result<int> good = 7;
  CHECK(*good == 7);
  const Result<int> bad = in_context("pull crm", {ErrorKind::timed_out, "no answer", Instant{5}});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "pull crm: no answer");
  CHECK(bad.error().retry_after == Instant{5});
  CHECK(std::string(to_text(bad.error().kind)) == "timed_out");
  CHECK(Result<void>());
}
