// SPDX-License-Identifier: Apache-2.0
#include "playbook/tasks.h"

namespace upselld::playbook {

namespace {

constexpr std::int64_t kDayMs = days(1).ms;
constexpr std::int64_t kOpensMs = hours(9).ms;
constexpr std::int64_t kClosesMs = hours(17).ms;
constexpr std::int32_t kMondayBefore1970 = -3;  // 1970-01-01 was a Thursday
constexpr std::int32_t kSaturday = 5;

std::int32_t weekday(Day day) {  // 0: Monday
  return ((day.number - kMondayBefore1970) % 7 + 7) % 7;
}

bool is_working_day(Day day) {
  return weekday(day) < kSaturday;
}

Day next_working_day(Day day) {
  do {
    day = day + 1;
  } while (!is_working_day(day));
  return day;
}

}  // namespace

Day week_start(Day day) {
  return day - weekday(day);
}

Instant due_at(Instant from, Duration after, const TimeZone& zone) {
  Day day = zone.day_of(from);
  std::int64_t ms_of_day = ((from.ms + zone.offset_ms(from)) % kDayMs + kDayMs) % kDayMs;
  if (!is_working_day(day)) {
    day = next_working_day(day);
    ms_of_day = kOpensMs;
  }
  for (std::int64_t left = after.ms / kDayMs; left > 0; --left) day = next_working_day(day);
  ms_of_day += after.ms % kDayMs;
  if (ms_of_day >= kDayMs) {
    day = next_working_day(day);
    ms_of_day -= kDayMs;
  }
  if (ms_of_day > kClosesMs) {
    day = next_working_day(day);
    ms_of_day = kOpensMs;
  }
  return zone.at(day, ms_of_day < kOpensMs ? kOpensMs : ms_of_day);
}

}  // namespace upselld::playbook
