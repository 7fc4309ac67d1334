// SPDX-License-Identifier: Apache-2.0
#include "store/account_past.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace upselld;
using namespace upselld::store;

namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

AttributeValue text(const std::string& value) {
  return {missing_value().number, value};
}
AttributeValue number(double value) {
  return {value, {}};
}

std::string told(const AccountPast& past, Instant known_before = kEver) {
  std::string all;
  for (const PastValue& value : past.changes(1, known_before)) {
    all += value.value.text + "@" + std::to_string(value.known_at) + " ";
  }
  return all;
}

}  // namespace

TEST_CASE("account past: only changes are kept") {
  AccountPast past;
  REQUIRE_FALSE(past.observe(1, missing_value(), {5}));
  REQUIRE(past.observe(1, text("basic"), {10}));
  REQUIRE_FALSE(past.observe(1, text("basic"), {20}));
  REQUIRE(past.observe(1, text("pro"), {30}));
  REQUIRE(past.observe(1, missing_value(), {40}));
  REQUIRE(told(past) == "basic@10 pro@30 @40 ");
  REQUIRE(told(past, {30}) == "basic@10 ");
  REQUIRE(past.newest(1, {40}).text == "pro");
  REQUIRE(is_missing(past.newest(1, {10})));
}

TEST_CASE("account past: several values seen at one moment leave the last") {
  AccountPast past;
  past.observe(1, text("a"), {10});
  past.observe(1, text("b"), {20});
  past.observe(1, text("c"), {20});
  REQUIRE(told(past) == "a@10 c@20 ");
  past.observe(1, text("a"), {20});
  REQUIRE(told(past) == "a@10 ");
}

TEST_CASE("account past: a clock that went back puts no news before what was known") {
  AccountPast past;
  past.observe(1, text("a"), {100});
  past.observe(1, text("b"), {50});
  REQUIRE(told(past) == "b@100 ");
}

TEST_CASE("account past: history and what we saw join whichever comes first") {
  const PastValue basic{1, 9, 10, 8, text("basic")};
  const PastValue pro{1, 9, 20, 20, text("pro")};
  AccountPast first;
  first.tell(pro);
  first.tell(basic);
  first.observe(1, text("pro"), {30});
  AccountPast second;
  second.observe(1, text("pro"), {30});
  second.tell(basic);
  REQUIRE(second.tell(pro));
  REQUIRE_FALSE(second.tell(pro));
  REQUIRE(told(first) == "basic@10 pro@20 ");
  REQUIRE(first.pack() == second.pack());
  REQUIRE(second.take_back(9));
  REQUIRE_FALSE(second.take_back(9));
  REQUIRE(told(second) == "pro@30 ");
}

TEST_CASE("account past: what is packed comes back, and damage is seen") {
  AccountPast past;
  past.observe(1, text("Grün"), {1'700'000'000'000});
  past.observe(2, number(-12.5), {1'700'000'000'001});
  past.tell({3, 77, -5, -10, number(0)});
  const std::string bytes = past.pack();
  AccountPast back;
  REQUIRE(back.unpack(bytes));
  REQUIRE(back.pack() == bytes);
  REQUIRE(back.newest(2, kEver).number == -12.5);
  for (std::size_t size = 1; size + 1 < bytes.size(); ++size) {
    AccountPast cut;
    const bool read = cut.unpack(bytes.substr(0, size));
    REQUIRE((!read || cut.values().size() < past.values().size()));
  }
  REQUIRE_FALSE(back.unpack("garbage"));
  REQUIRE(back.unpack(""));
}
