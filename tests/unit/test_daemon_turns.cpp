// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "daemon/turns.h"

using namespace upselld;
using namespace upselld::daemon;

TEST_CASE("turns: a command waits for the cycle, and is told once that its turn has come") {
  Turns turns;
  REQUIRE(turns.begin_cycle({}));
  turns.ask(7);
  CHECK_FALSE(turns.newly_given());
  CHECK(turns.ahead_of(7) == 1);
  CHECK(turns.is_awaited());
  turns.end_cycle();
  CHECK_FALSE(turns.is_awaited());
  CHECK(turns.newly_given() == 7);
  CHECK_FALSE(turns.newly_given());
  CHECK(turns.ahead_of(7) == 0);
}

TEST_CASE("turns: one at a time, in the order in which they asked") {
  Turns turns;
  turns.ask(1);
  turns.ask(2);
  turns.ask(3);
  CHECK(turns.newly_given() == 1);
  CHECK(turns.ahead_of(3) == 2);
  turns.leave(2);  // it went away
  turns.leave(1);
  CHECK(turns.newly_given() == 3);
  turns.leave(99);  // never asked
  CHECK(turns.ahead_of(3) == 0);
}

TEST_CASE("turns: a cycle does not wait for ever, and then is not in the way either") {
  Turns turns;
  turns.ask(1);
  CHECK(turns.newly_given() == 1);
  CHECK_FALSE(turns.begin_cycle({}, milliseconds(0)));
  turns.ask(2);
  turns.leave(1);
  CHECK(turns.newly_given() == 2);
  turns.leave(2);
  CHECK(turns.begin_cycle({}, milliseconds(0)));
}

TEST_CASE("turns: a stop ends the waiting") {
  Turns turns;
  turns.ask(1);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(turns.begin_cycle(stop.get_token(), days(1)));
}

TEST_CASE("turns: who has to be told hears of each turn that ends") {
  Turns turns;
  int told = 0;
  turns.on_change([&told] { ++told; });
  REQUIRE(turns.begin_cycle({}));
  turns.ask(1);
  turns.end_cycle();
  CHECK(told == 1);
  turns.leave(1);
  CHECK(told == 2);
}
