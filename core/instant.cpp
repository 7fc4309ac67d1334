// SPDX-License-Identifier: Apache-2.0
#include "core/instant.h"

#include <fmt/format.h>

namespace upselld {

namespace {
constexpr std::int64_t kDayMs = 86'400'000;
// Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar, and in 400 years.
constexpr std::int64_t kEpochShift = 719'468;
constexpr std::int64_t kEraDays = 146'097;
}  // namespace

// Years begin in March here, so that the leap day is the last of its year (Howard Hinnant,
// "chrono-compatible low-level date algorithms").
Day Day::of_civil(int year, unsigned month, unsigned day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {static_cast<std::int32_t>(era * kEraDays + day_of_era - kEpochShift)};
}

Civil civil_of(Day day) {
  const std::int64_t shifted = day.number + kEpochShift;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kEraDays - 1)) / kEraDays;
  const std::int64_t day_of_era = shifted - era * kEraDays;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (kEraDays - 1)) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), static_cast<unsigned>(month),
          static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

std::string to_text(Day day) {
  const Civil civil = civil_of(day);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::string to_text(Instant at) {
  if (at.is_missing()) return {};
  std::int64_t day = at.ms / kDayMs;
  std::int64_t ms = at.ms % kDayMs;
  if (ms < 0) {
    ms += kDayMs;
    --day;
  }
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", to_text(Day{static_cast<int>(day)}),
                                 ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
  if (ms % 1000 != 0) text += fmt::format(".{:03}", ms % 1000);
  return text + "Z";
}

}  // namespace upselld
