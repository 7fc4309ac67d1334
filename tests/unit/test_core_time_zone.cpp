// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/time_zone.h"

using namespace upselld;

namespace {

const TimeZone& berlin() {
  static const TimeZone zone = *TimeZone::load("Europe/Berlin");
  return zone;
}

std::string read(const std::string& text, const std::string& format = "iso") {
  const auto at = parse_instant(text, format, berlin());
  return at ? to_text(*at) : "no time";
}

Instant utc(const std::string& text) {
  return *parse_instant(text, "iso", TimeZone::utc());
}

}  // namespace

TEST_CASE("day: civil dates and day numbers turn into each other") {
  CHECK(Day::of_civil(1970, 1, 1).number == 0);
  CHECK(Day::of_civil(2000, 3, 1).number == 11017);
  for (int number = -30'000; number < 90'000; ++number) {
    const Civil civil = civil_of(Day{number});
    if (Day::of_civil(civil.year, civil.month, civil.day).number != number) FAIL(number);
  }
  CHECK(to_text(Day::of_civil(2024, 2, 29)) == "2024-02-29");
  CHECK(to_text(Instant{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(to_text(Instant::missing()).empty());
}

TEST_CASE("day: reading counts days as the calendar does") {
  for (int number = Day::of_civil(1900, 1, 1).number; number < Day::of_civil(2201, 1, 1).number;
       ++number) {
    const auto day = parse_day(to_text(Day{number}));
    if (!day || day->number != number) FAIL(to_text(Day{number}));
  }
}

TEST_CASE("time zone: days begin at local midnight, or where the gap ends") {
  CHECK(berlin().start_of(Day::of_civil(2026, 7, 1)) == utc("2026-06-30T22:00:00Z"));
  CHECK(berlin().start_of(Day::of_civil(2026, 12, 1)) == utc("2026-11-30T23:00:00Z"));
  CHECK(berlin().end_of(Day::of_civil(2026, 12, 1)) == utc("2026-12-01T22:59:59.999Z"));
  // Midnight of 2018-11-04 does not exist in Sao Paulo.
  const TimeZone sao_paulo = *TimeZone::load("America/Sao_Paulo");
  CHECK(sao_paulo.start_of(Day::of_civil(2018, 11, 4)) == utc("2018-11-04T03:00:00Z"));
  // Samoa left out 2011-12-30 altogether.
  const TimeZone apia = *TimeZone::load("Pacific/Apia");
  CHECK(apia.start_of(Day::of_civil(2011, 12, 30)) == apia.start_of(Day::of_civil(2011, 12, 31)));
}

TEST_CASE("time zone: every moment belongs to the day that holds it") {
  for (const char* name : {"Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu",
                           "Australia/Lord_Howe", "UTC"}) {
    const TimeZone zone = *TimeZone::load(name);
    for (int number = 0; number < 25'000; number += 1) {
      const Day day{number};
      const Instant start = zone.start_of(day);
      if (zone.start_of(day + 1) == start) continue;  // a day that was left out
      if (zone.day_of(start) != day || zone.day_of(zone.end_of(day)) != day) {
        FAIL(name << " " << to_text(day));
      }
      if (zone.day_of(start - milliseconds(1)) == day) FAIL(name << " before " << to_text(day));
    }
  }
}

TEST_CASE("time zone: folds give the earlier moment, gaps the moment they end") {
  CHECK(read("2026-10-25 02:30") == "2026-10-25T00:30:00Z");
  CHECK(read("2026-03-29 02:30") == "2026-03-29T01:00:00Z");
  CHECK(berlin().offset_ms(utc("2026-03-29T00:59:59Z")) == 3'600'000);
  CHECK(berlin().offset_ms(utc("2026-03-29T01:00:00Z")) == 7'200'000);
}

TEST_CASE("time zone: an unknown name is refused with the nearest known one") {
  const auto zone = TimeZone::load("Europe/Belrin");
  REQUIRE_FALSE(zone);
  CHECK(zone.error().kind == ErrorKind::invalid_config);
  CHECK(zone.error().message ==
        "time zone \"Europe/Belrin\" is unknown; did you mean \"Europe/Berlin\"?");
  for (const char* wrong : {"", "../etc/passwd", "/usr/share/zoneinfo/UTC", "Europe"}) {
    CHECK_FALSE(TimeZone::load(wrong));
  }
}

TEST_CASE("time zone: the digest tells rules apart and only them") {
  CHECK(berlin().rules_digest() == TimeZone::load("Europe/Berlin")->rules_digest());
  CHECK(berlin().rules_digest() != TimeZone::load("Europe/London")->rules_digest());
  CHECK(TimeZone::utc().rules_digest() == TimeZone::load("UTC")->rules_digest());
}

TEST_CASE("time zone: threads share one zone and see the same days") {
  std::vector<std::int64_t> sums(4);
  std::vector<std::thread> threads;
  for (std::int64_t& sum : sums) {
    threads.emplace_back([&sum] {
      for (int number = 0; number < 20'000; ++number) sum += berlin().start_of(Day{number}).ms;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::int64_t sum : sums) CHECK(sum == sums[0]);
}

TEST_CASE("timestamps: iso texts are read with and without zone, time and milliseconds") {
  CHECK(read("2026-11-22") == "2026-11-22T22:59:59.999Z");
  CHECK(read("2026-11-22 06:58") == "2026-11-22T05:58:00Z");
  CHECK(read("2026-11-22T06:58:07") == "2026-11-22T05:58:07Z");
  CHECK(read("2026-11-22T06:58:07Z") == "2026-11-22T06:58:07Z");
  CHECK(read("2026-11-22T06:58Z") == "2026-11-22T06:58:00Z");
  CHECK(read("2026-11-22T06:58:07.5Z") == "2026-11-22T06:58:07.500Z");
  CHECK(read("2026-11-22T06:58:07.123456789+01:00") == "2026-11-22T05:58:07.123Z");
  CHECK(read("2026-11-22T06:58:07.000+0000") == "2026-11-22T06:58:07Z");
  CHECK(read("2026-11-22 06:58:07-05") == "2026-11-22T11:58:07Z");
  CHECK(read("2024-02-29") == "2024-02-29T22:59:59.999Z");
  CHECK(read("1900-01-01T00:00Z") == "1900-01-01T00:00:00Z");
}

TEST_CASE("timestamps: what is no time is refused") {
  for (const char* wrong : {"",
                            "2026",
                            "2026-11",
                            "2026-13-01",
                            "2026-00-10",
                            "2026-11-31",
                            "2025-02-29",
                            "1900-02-29",
                            "2100-02-29",
                            "2026-11-00",
                            "0001-01-01",
                            "1899-12-31",
                            "2201-01-01",
                            "9999-12-31",
                            "2026-11-22T",
                            "2026-11-22 06",
                            "2026-11-22 24:00",
                            "2026-11-22 06:60",
                            "2026-11-22 06:58:60",
                            "2026-11-22 06:58:00.",
                            "2026-11-22 06:58:00+1",
                            "2026-11-22 06:58:00+01:",
                            "2026/11/22",
                            "2026-11-22x",
                            " 2026-11-22",
                            "2026-11-22 ",
                            "2026-11-22 06:58:00ZZ",
                            "22-11-2026",
                            "2026-11-22 06:58:00+99:00",
                            "2026-1a-22",
                            "-026-11-22",
                            "2026-11-22T06:58:00 Z"}) {
    INFO(wrong);
    CHECK(read(wrong) == "no time");
  }
}

TEST_CASE("timestamps: patterns read what exports write") {
  CHECK(read("09/12/2011 12:50", "%d/%m/%Y %H:%M") == "2011-12-09T11:50:00Z");
  CHECK(read("12/9/11", "%m/%d/%y") == "2011-12-09T22:59:59.999Z");
  CHECK(read("9 Dec 2011", "%d %b %Y") == "2011-12-09T22:59:59.999Z");
  CHECK(read("2011-12-09T12:50:01.250+0100", "%Y-%m-%dT%H:%M:%S%z") == "2011-12-09T11:50:01.250Z");
  CHECK(read("20111209", "%Y%m%d") == "2011-12-09T22:59:59.999Z");
  CHECK(read("100% 2011-12-09", "100%% %Y-%m-%d") == "2011-12-09T22:59:59.999Z");
  CHECK(read("1322697600", "epoch_s") == "2011-12-01T00:00:00Z");
  CHECK(read("1322697600123", "epoch_ms") == "2011-12-01T00:00:00.123Z");
  CHECK(read("-86400", "epoch_s") == "1969-12-31T00:00:00Z");
}

TEST_CASE("timestamps: what does not fit its pattern is refused") {
  CHECK(read("31/31/2011", "%d/%m/%Y") == "no time");
  CHECK(read("09/12/2011 12:50", "%d/%m/%Y") == "no time");
  CHECK(read("09/12/2011", "%d/%m/%Y %H:%M") == "no time");
  CHECK(read("9 Dez 2011", "%d %b %Y") == "no time");
  CHECK(read("2011", "%Y") == "no time");
  CHECK(read("2011-12-09 25", "%Y-%m-%d %H") == "no time");
  CHECK(read("2011-12-09 1", "%Y-%m-%d %q") == "no time");
  CHECK(read("99999999999999999999", "epoch_s") == "no time");
  CHECK(read("253402300800", "epoch_s") == "no time");
  CHECK(read("", "epoch_s") == "no time");
  CHECK(read("-", "epoch_ms") == "no time");
  CHECK(read("12.5", "epoch_s") == "no time");
}

TEST_CASE("timestamps: formats without a whole date are known to be wrong beforehand") {
  CHECK(is_time_format("iso"));
  CHECK(is_time_format("epoch_ms"));
  CHECK(is_time_format("%d/%m/%y %H:%M"));
  CHECK(is_time_format("%b %d, %Y"));
  for (const char* wrong : {"", "ISO", "%Y-%m", "%H:%M", "%Y-%m-%d %q", "%Y-%m-%d %"}) {
    CHECK_FALSE(is_time_format(wrong));
  }
}

TEST_CASE("durations: read and written in their largest whole unit") {
  CHECK(parse_duration("90d") == days(90));
  CHECK(parse_duration("15m") == minutes(15));
  CHECK(to_text(hours(36)) == "36h");
  CHECK(to_text(hours(48)) == "2d");
  CHECK(to_text(seconds(90)) == "90s");
  CHECK(to_text(Duration{}) == "0s");
  for (const char* wrong :
       {"", "d", "90", "1.5d", "-1d", "1 d", "1w", "d1", "999999999999999999d"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}
