// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/instant.h"
#include "core/result.h"
#include "core/time_zone.h"

namespace upselld::daemon {

// When something runs, as an admin writes it: "every 1h", "daily at 05:00", "weekdays at 07:00",
// "monthly on the 1st at 05:00".
struct Schedule {
  enum class Kind : std::uint8_t { every, daily, weekdays, monthly };
  Kind kind = Kind::every;
  Duration interval = hours(1);  // every: a minute to 366 days, counted from 1970 in UTC
  int day_of_month = 1;          // monthly: 1-28, days that every month has
  std::int64_t ms_of_day = 0;    // local wall time; in a gap of the zone the moment it ends
};

// Any other text: invalid_config, naming the four forms.
Result<Schedule> parse_schedule(std::string_view text);
std::string to_text(const Schedule& schedule);

// The first occurrence strictly after `after`.
Instant next_occurrence(const Schedule& schedule, Instant after, const TimeZone& zone);

}  // namespace upselld::daemon
