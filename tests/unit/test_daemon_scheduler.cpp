// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "daemon/scheduler.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

const TimeZone kBerlin = *TimeZone::load("Europe/Berlin");

Instant at(const char* text) {
  return *parse_instant(text, "iso", TimeZone::utc());
}
Schedule schedule(const char* text) {
  return *parse_schedule(text);
}

}  // namespace

TEST_CASE("scheduler: what never ran is due at once, then at its times") {
  Scheduler scheduler(kBerlin);
  CHECK_FALSE(scheduler.next());
  scheduler.add("crm", JobKind::sync, schedule("daily at 05:00"), Instant::missing());
  const auto first = scheduler.take(at("2026-11-02T09:30:00Z"));
  REQUIRE(first.size() == 1);
  CHECK(first[0].connection == "crm");
  CHECK(first[0].passed == 0);
  CHECK(*scheduler.next() == at("2026-11-03T04:00:00Z"));
  CHECK(scheduler.take(at("2026-11-03T03:59:59Z")).empty());
  CHECK(scheduler.take(at("2026-11-03T04:00:00Z")).size() == 1);
}

TEST_CASE("scheduler: a time that was missed is due once, whatever was missed after it") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T09:30:00Z"));
  const auto due = scheduler.take(at("2026-11-02T13:10:00Z"));
  REQUIRE(due.size() == 1);
  CHECK(due[0].at == at("2026-11-02T10:00:00Z"));
  CHECK(due[0].passed == 3);  // 11, 12 and 13 o'clock
  CHECK(*scheduler.next() == at("2026-11-02T14:00:00Z"));
}

TEST_CASE("scheduler: a clock that is set back doubles nothing") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T09:30:00Z"));
  CHECK(scheduler.take(at("2026-11-02T10:00:00Z")).size() == 1);
  CHECK(scheduler.take(at("2026-11-02T09:10:00Z")).empty());
  CHECK(scheduler.take(at("2026-11-02T10:00:00Z")).empty());
  CHECK(*scheduler.next() == at("2026-11-02T11:00:00Z"));
}

TEST_CASE("scheduler: each local day once, when clocks are moved too") {
  // Clocks go back on 25 October 2026 and forward on 28 March 2027; 02:30 is there twice, or never.
  for (const char* from : {"2026-10-23T00:00:00Z", "2027-03-26T00:00:00Z"}) {
    Scheduler scheduler(kBerlin);
    scheduler.add("crm", JobKind::sync, schedule("daily at 02:30"), at(from));
    int count = 0;
    for (Instant now = at(from); now < at(from) + days(5); now = now + minutes(10)) {
      for (const DueJob& job : scheduler.take(now)) {
        CHECK(job.passed == 0);
        ++count;
      }
    }
    CHECK(count == 5);
  }
}

TEST_CASE("scheduler: what could not begin is due again, but not after its next time") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T09:30:00Z"));
  scheduler.add("crm", JobKind::train, schedule("daily at 05:00"), at("2026-11-02T09:30:00Z"));
  const auto due = scheduler.take(at("2026-11-02T10:00:00Z"));
  REQUIRE(due.size() == 1);
  scheduler.again(due[0], at("2026-11-02T10:01:00Z"));
  CHECK(*scheduler.next() == at("2026-11-02T10:01:00Z"));
  CHECK(scheduler.take(at("2026-11-02T10:01:00Z")).size() == 1);
  scheduler.again(due[0], at("2026-11-02T12:00:00Z"));
  CHECK(*scheduler.next() == at("2026-11-02T11:00:00Z"));
}

TEST_CASE("scheduler: a job that needs another is due with it, however much later that is") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("daily at 05:00"), at("2026-11-02T09:30:00Z"));
  scheduler.add("crm", JobKind::train, schedule("monthly on the 3rd at 05:00"),
                at("2026-11-02T09:30:00Z"));
  const Instant first = at("2026-11-03T04:00:00Z");
  CHECK(scheduler.is_due("crm", JobKind::train, first));
  CHECK(scheduler.take(first).size() == 2);
  CHECK_FALSE(scheduler.is_due("crm", JobKind::train, first));
  scheduler.join("crm", JobKind::train, JobKind::sync);
  scheduler.join("erp", JobKind::train, JobKind::sync);
  CHECK(scheduler.take(at("2026-11-04T03:59:59Z")).empty());
  CHECK(scheduler.take(at("2026-11-04T04:00:00Z")).size() == 2);
}

TEST_CASE("scheduler: pending is what is due, or due again later") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T09:30:00Z"));
  scheduler.add("erp", JobKind::sync, schedule("daily at 05:00"), at("2026-11-02T09:30:00Z"));
  CHECK(scheduler.pending(at("2026-11-02T09:59:00Z")).empty());
  REQUIRE(scheduler.pending(at("2026-11-02T10:10:00Z")).size() == 1);
  CHECK(scheduler.pending(at("2026-11-02T10:10:00Z"))[0].at == at("2026-11-02T10:00:00Z"));
  const auto due = scheduler.take(at("2026-11-02T10:10:00Z"));
  CHECK(scheduler.pending(at("2026-11-02T10:10:00Z")).empty());
  scheduler.again(due[0], at("2026-11-02T10:11:00Z"));
  REQUIRE(scheduler.pending(at("2026-11-02T10:10:00Z")).size() == 1);
  CHECK(scheduler.pending(at("2026-11-02T10:10:00Z"))[0].at == at("2026-11-02T10:11:00Z"));
}

TEST_CASE("scheduler: a delay shifts every time by the same, and loses or doubles none") {
  Scheduler scheduler(kBerlin);
  scheduler.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T09:30:00Z"),
                minutes(12));
  CHECK(*scheduler.next() == at("2026-11-02T10:12:00Z"));
  CHECK(scheduler.take(at("2026-11-02T10:11:59Z")).empty());
  const auto due = scheduler.take(at("2026-11-02T13:12:00Z"));
  REQUIRE(due.size() == 1);
  CHECK(due[0].passed == 3);
  CHECK(*scheduler.next() == at("2026-11-02T14:12:00Z"));
  // A sync that began between the hour and its delay was that hour's.
  Scheduler begun(kBerlin);
  begun.add("crm", JobKind::sync, schedule("every 1h"), at("2026-11-02T10:12:00Z"), minutes(12));
  CHECK(*begun.next() == at("2026-11-02T11:12:00Z"));
}

TEST_CASE("scheduler: a delay follows from names alone, stays below its most, and differs") {
  const Duration most = minutes(10);
  const Duration own = delay_of("upselld", "crm", most);
  CHECK(own == delay_of("upselld", "crm", most));
  CHECK(own == minutes(1));
  std::set<std::int64_t> found;
  for (int i = 0; i < 200; ++i) {
    const Duration delay = delay_of("instance " + std::to_string(i), "crm", most);
    CHECK(delay >= Duration{});
    CHECK(delay < most);
    CHECK(delay.ms % 1000 == 0);
    found.insert(delay.ms);
  }
  CHECK(found.size() > 100);
  CHECK(delay_of("upselld", "crm", {}) == Duration{});
}
