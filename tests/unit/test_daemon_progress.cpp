// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "daemon/progress.h"

using namespace upselld;
using namespace upselld::daemon;

TEST_CASE("watchdog: a service that waits for its time lives") {
  Progress progress;
  Watchdog watchdog(progress);
  CHECK(watchdog.lives(minutes(1)));
  CHECK(watchdog.lives(days(30)));
}

TEST_CASE("watchdog: work that moves lives however long it takes, and work that stands does not") {
  Progress progress;
  Watchdog watchdog(progress);
  progress.begin("pull crm");
  for (int minute = 0; minute < 300; minute += 10) {
    progress.step();
    CHECK(watchdog.lives(minutes(minute)));
  }
  CHECK(watchdog.lives(minutes(304)));
  CHECK_FALSE(watchdog.lives(minutes(305)));
  progress.begin("");
  CHECK(watchdog.lives(minutes(400)));
}

TEST_CASE("watchdog: a piece of work is given its time from where it began") {
  Progress progress;
  Watchdog watchdog(progress);
  CHECK(watchdog.lives(minutes(0)));
  progress.begin("train crm");
  CHECK(watchdog.lives(minutes(60)));
  CHECK(watchdog.lives(minutes(74)));
  CHECK_FALSE(watchdog.lives(minutes(75)));
}

TEST_CASE("progress: each piece of work counts its own steps") {
  Progress progress;
  CHECK(progress.seen().what.empty());
  progress.begin("pull crm");
  progress.step(500);
  progress.step();
  CHECK(progress.seen().steps == 501);
  progress.begin("train crm");
  CHECK(progress.seen().what == "train crm");
  CHECK(progress.seen().steps == 0);
}
