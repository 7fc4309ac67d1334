// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plugins/http/pace.h"

using namespace upselld;           // NOLINT: a test reads better so
using namespace upselld::plugins;  // NOLINT

TEST_CASE("pace: a rest pays for so many at once, then each waits its turn") {
  Pace pace(/*per_second=*/2, /*at_once=*/3);
  const Duration now = seconds(100);
  CHECK(pace.take(now).ms == 0);
  CHECK(pace.take(now).ms == 0);
  CHECK(pace.take(now).ms == 0);
  CHECK(pace.take(now).ms == 500);
  CHECK(pace.take(now).ms == 1'000);
  CHECK(pace.take(seconds(103)).ms == 0);
}

TEST_CASE("pace: nothing is sent before the end of a hold, and half as fast after trouble") {
  Pace pace(/*per_second=*/2, /*at_once=*/1);
  const Duration now = seconds(100);
  pace.hold_until(seconds(110));
  CHECK(pace.take(now).ms == 10'000);
  pace.slow_down_until(seconds(200));
  CHECK(pace.take(seconds(110)).ms == 1'000);
  CHECK(pace.take(seconds(111)).ms == 1'000);
  CHECK(pace.take(seconds(300)).ms == 0);
  pace.set(10);
  CHECK(pace.take(seconds(300)).ms == 100);
}
