// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace upselld {

// A length of time in milliseconds.
struct Duration {
  std::int64_t ms = 0;
  constexpr auto operator<=>(const Duration&) const = default;
};

constexpr Duration milliseconds(std::int64_t n) { return {n}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration minutes(std::int64_t n) { return {n * 60'000}; }
constexpr Duration hours(std::int64_t n) { return {n * 3'600'000}; }
constexpr Duration days(std::int64_t n) { return {n * 86'400'000}; }

// A moment, in milliseconds since 1970-01-01T00:00Z. Columns use `kMissing` for "not known".
struct Instant {
  std::int64_t ms = 0;
  static constexpr std::int64_t kMissingMs = std::numeric_limits<std::int64_t>::min();
  static constexpr Instant missing() { return {kMissingMs}; }
  constexpr bool is_missing() const { return ms == kMissingMs; }
  constexpr auto operator<=>(const Instant&) const = default;
};

constexpr Instant operator+(Instant at, Duration by) { return {at.ms + by.ms}; }
constexpr Instant operator-(Instant at, Duration by) { return {at.ms - by.ms}; }
constexpr Duration operator-(Instant later, Instant earlier) { return {later.ms - earlier.ms}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.ms - b.ms}; }

// A calendar day, counted from 1970-01-01, without a zone.
struct Day {
  std::int32_t number = 0;
  static Day of_civil(int year, unsigned month, unsigned day);
  constexpr auto operator<=>(const Day&) const = default;
};

constexpr Day operator+(Day day, std::int32_t n) { return {day.number + n}; }
constexpr Day operator-(Day day, std::int32_t n) { return {day.number - n}; }

struct Civil {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
};
Civil civil_of(Day day);

// "2026-11-22".
std::string to_text(Day day);
// "2026-11-22T06:58:00Z"; milliseconds are shown only when there are any.
std::string to_text(Instant at);

}  // namespace upselld
