// SPDX-License-Identifier: Apache-2.0
#include "store/brakes.h"

#include "tests/unit/ledger_fixture.h"

#include <cstdint>
#include <utility>

using namespace upselld;
using namespace upselld::store;

TEST_CASE("brakes: a pause survives a restart and stops its connection only") {
  LedgerFixture ledger;
  {
    Brakes brakes(ledger.database());
    ledger.committed([&](Transaction& t) {
      REQUIRE(*brakes.pause(t, {"crm", kNoon, "admin", "holidays"}));
      REQUIRE_FALSE(*brakes.pause(t, {"crm", kNoon + days(1), "other", ""}));
    });
  }
  Database reopened = ledger.open();
  const Brakes brakes(reopened);
  const auto pause = *brakes.paused("crm");
  REQUIRE(pause);
  REQUIRE(pause->since == kNoon);
  REQUIRE(pause->by == "admin");
  REQUIRE(pause->why == "holidays");
  REQUIRE_FALSE(brakes.paused("other")->has_value());
}

TEST_CASE("brakes: pausing all stops every connection until all are resumed") {
  LedgerFixture ledger;
  Brakes brakes(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(*brakes.pause(t, {"", kNoon, "admin", ""}));
    REQUIRE(*brakes.pause(t, {"crm", kNoon, "admin", ""}));
    REQUIRE(*brakes.resume(t, "crm"));
    REQUIRE_FALSE(*brakes.resume(t, "crm"));
  });
  REQUIRE(brakes.paused("crm")->has_value());
  REQUIRE(brakes.pauses()->size() == 1);
  ledger.committed([&](Transaction& t) { REQUIRE(*brakes.resume(t, "")); });
  REQUIRE_FALSE(brakes.paused("crm")->has_value());
}

TEST_CASE("brakes: a sender on another connection sees a pause at its next look") {
  LedgerFixture ledger;
  Brakes brakes(ledger.database());
  Database sender = ledger.open_reader();
  REQUIRE_FALSE(Brakes(sender).paused("crm")->has_value());
  ledger.committed([&](Transaction& t) { REQUIRE(brakes.pause(t, {"crm", kNoon, "a", ""})); });
  REQUIRE(Brakes(sender).paused("crm")->has_value());
}

TEST_CASE("brakes: one held run waits per connection until it is settled") {
  LedgerFixture ledger;
  Brakes brakes(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(brakes.hold(t, {"r1", "crm", kNoon, "{\"new_tasks\":51}"}));
    REQUIRE(brakes.hold(t, {"r2", "crm", kNoon + hours(1), "{\"new_tasks\":52}"}));
    REQUIRE(brakes.hold(t, {"r3", "other", kNoon, "{}"}));
  });
  REQUIRE(brakes.waiting()->size() == 2);
  REQUIRE(brakes.waiting()->front().run == "r2");
  REQUIRE(brakes.waiting()->front().reasons == "{\"new_tasks\":52}");
  REQUIRE((*brakes.held("crm"))->run == "r2");
  REQUIRE((*brakes.held("crm"))->reasons == "{\"new_tasks\":52}");
  REQUIRE_FALSE(brakes.held("third")->has_value());
  ledger.committed([&](Transaction& t) {
    REQUIRE(brakes.settle(t, "crm"));
    REQUIRE(brakes.settle(t, "crm"));
  });
  REQUIRE(brakes.waiting()->size() == 1);
  REQUIRE_FALSE(brakes.held("crm")->has_value());
}

TEST_CASE("brakes: lost accounts count per stream until its next look, or until they are settled") {
  LedgerFixture ledger;
  Brakes brakes(ledger.database());
  const auto lost = [&] { return std::pair(brakes.lost("crm")->known, brakes.lost("crm")->lost); };
  CHECK(lost() == std::pair<std::uint64_t, std::uint64_t>(0, 0));
  ledger.committed([&](Transaction& t) {
    REQUIRE(brakes.note_lost(t, "crm", "a", {60, 9}));
    REQUIRE(brakes.note_lost(t, "crm", "b", {40, 1}));
    REQUIRE(brakes.note_lost(t, "other", "a", {7, 7}));
  });
  CHECK(lost() == std::pair<std::uint64_t, std::uint64_t>(100, 10));
  ledger.committed([&](Transaction& t) { REQUIRE(brakes.note_lost(t, "crm", "a", {60, 0})); });
  CHECK(lost() == std::pair<std::uint64_t, std::uint64_t>(100, 1));
  ledger.committed([&](Transaction& t) { REQUIRE(brakes.settle(t, "crm")); });
  CHECK(lost() == std::pair<std::uint64_t, std::uint64_t>(0, 0));
  CHECK(brakes.lost("other")->lost == 7);
}
