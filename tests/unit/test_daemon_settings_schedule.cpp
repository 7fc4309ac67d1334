// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/schedule.h"

using namespace upselld;
using upselld::daemon::next_occurrence;
using upselld::daemon::parse_schedule;

namespace {

std::string next(const std::string& schedule, const std::string& after, const std::string& zone) {
  const auto parsed = parse_schedule(schedule);
  REQUIRE(parsed);
  CHECK(upselld::daemon::to_text(*parsed) == schedule);
  const TimeZone loaded = *TimeZone::load(zone);
  return to_text(next_occurrence(*parsed, *parse_instant(after, "iso", TimeZone::utc()), loaded));
}

}  // namespace

TEST_CASE("schedule: the next run is the first one strictly after") {
  CHECK(next("every 1h", "2026-11-22T06:58:00Z", "Europe/Berlin") == "2026-11-22T07:00:00Z");
  CHECK(next("every 1h", "2026-11-22T07:00:00Z", "Europe/Berlin") == "2026-11-22T08:00:00Z");
  CHECK(next("every 15m", "2026-11-22T07:00:01Z", "UTC") == "2026-11-22T07:15:00Z");
  CHECK(next("daily at 05:00", "2026-11-22T03:59:59Z", "Europe/Berlin") == "2026-11-22T04:00:00Z");
  CHECK(next("daily at 05:00", "2026-11-22T04:00:00Z", "Europe/Berlin") == "2026-11-23T04:00:00Z");
  // 2026-11-20 is a Friday.
  CHECK(next("weekdays at 07:00", "2026-11-20T08:00:00Z", "UTC") == "2026-11-23T07:00:00Z");
  CHECK(next("weekdays at 07:00", "2026-11-23T06:00:00Z", "UTC") == "2026-11-23T07:00:00Z");
  CHECK(next("monthly on the 1st at 05:00", "2026-12-01T04:30:00Z", "Europe/Berlin") ==
        "2027-01-01T04:00:00Z");
  CHECK(next("monthly on the 22nd at 05:00", "2026-02-22T05:00:00Z", "UTC") ==
        "2026-03-22T05:00:00Z");
}

TEST_CASE("schedule: a wall time that a day lacks runs when the gap ends, a doubled one once") {
  CHECK(next("daily at 02:30", "2026-03-28T12:00:00Z", "Europe/Berlin") == "2026-03-29T01:00:00Z");
  CHECK(next("daily at 02:30", "2026-10-24T12:00:00Z", "Europe/Berlin") == "2026-10-25T00:30:00Z");
  CHECK(next("daily at 02:30", "2026-10-25T00:30:00Z", "Europe/Berlin") == "2026-10-26T01:30:00Z");
}

TEST_CASE("schedule: other texts are refused with the forms there are") {
  for (const char* wrong :
       {"", "hourly", "every", "every 0h", "every 1s", "every 400d", "every 1 h", "daily",
        "daily at 5:00", "daily at 24:00", "daily at 05:60", "daily at 05:00 ", "weekdays at seven",
        "monthly at 05:00", "monthly on the 1st", "monthly on the 2st at 05:00",
        "monthly on the 31st at 05:00", "monthly on the 0th at 05:00", "Daily at 05:00"}) {
    INFO(wrong);
    const auto parsed = parse_schedule(wrong);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("is no schedule; write \"every 1h\"") != std::string::npos);
  }
}
