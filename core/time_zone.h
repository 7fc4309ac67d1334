// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/instant.h"
#include "core/result.h"

namespace upselld {

// The configured zone: where days begin. Cheap to copy, safe to share between threads, and fast:
// its transitions are read once.
class TimeZone {
 public:
  // `name` is an IANA name such as "Europe/Berlin". Unknown: invalid_config, nearest name given.
  static Result<TimeZone> load(const std::string& name);
  static TimeZone utc();

  const std::string& name() const { return name_; }

  // The first moment of the day: midnight, or the end of the gap where midnight does not exist.
  Instant start_of(Day day) const;
  Day day_of(Instant at) const;
  // The last millisecond of the day: where a date without a time belongs.
  Instant end_of(Day day) const { return start_of(day + 1) - milliseconds(1); }
  // Local wall time to UTC. In a fold the earlier moment; in a gap the moment the gap ends.
  Instant at(Day day, std::int64_t ms_of_day) const;
  // Milliseconds to add to UTC to get local wall time at that moment.
  std::int64_t offset_ms(Instant at) const;
  // Digest of the zone's rules over 1970-2100: part of what decides a score.
  std::string rules_digest() const;

 private:
  struct Rules;
  TimeZone(std::string name, std::shared_ptr<const Rules> rules);

  std::string name_;
  // Shared and immutable: zones are copied into threads and settings.
  std::shared_ptr<const Rules> rules_;
};

// Reads a timestamp or a date. A `format` of "iso" takes 2026-11-22, 2026-11-22 06:58[:00[.123]],
// with T or blank, with Z, +00:00, +0000 or no offset (then local to `zone`). Otherwise `format` is
// a strptime-like pattern of %Y %m %d %H %M %S %z %y %b and literal characters, or "epoch_s" or
// "epoch_ms". A date without a time becomes the end of that day. Not a time: nullopt.
// Years before 1900 or after 2200 are not times.
std::optional<Instant> parse_instant(std::string_view text, std::string_view format,
                                     const TimeZone& zone);
// False for a pattern that parse_instant could never read a date with: an unknown %-letter, or no
// year, month or day.
bool is_time_format(std::string_view format);
// "2026-11-22" only.
std::optional<Day> parse_day(std::string_view text);
// "90d", "24h", "15m", "30s"; whole numbers only.
std::optional<Duration> parse_duration(std::string_view text);
// The largest unit that divides: "90d", "36h".
std::string to_text(Duration duration);

}  // namespace upselld
