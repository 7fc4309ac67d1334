// SPDX-License-Identifier: Apache-2.0
#include "daemon/schedule.h"

#include <fmt/format.h>

#include <optional>

#include "core/assertions.h"

namespace upselld::daemon {

namespace {

constexpr Duration kIntervalMin = minutes(1);
constexpr Duration kIntervalMax = days(366);
constexpr int kDayOfMonthMax = 28;

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<int> number(std::string_view digits) {
  if (digits.empty() || digits.size() > 2) return std::nullopt;
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "05:00".
std::optional<std::int64_t> ms_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number(text.substr(0, 2));
  const auto minute = number(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return (hours(*hour).ms + minutes(*minute).ms);
}

const char* ordinal_ending(int day) {
  if (day >= 11 && day <= 13) return "th";
  switch (day % 10) {
    case 1:
      return "st";
    case 2:
      return "nd";
    case 3:
      return "rd";
    default:
      return "th";
  }
}

// "1st", "22nd".
std::optional<int> day_of_month(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const auto day = number(text.substr(0, text.size() - 2));
  if (!day || *day < 1 || *day > kDayOfMonthMax) return std::nullopt;
  if (text.substr(text.size() - 2) != ordinal_ending(*day)) return std::nullopt;
  return day;
}

std::optional<Schedule> read(std::string_view text) {
  Schedule schedule;
  if (take(text, "every ")) {
    const auto interval = parse_duration(text);
    if (!interval || *interval < kIntervalMin || *interval > kIntervalMax) return std::nullopt;
    schedule.interval = *interval;
    return schedule;
  }
  if (take(text, "daily at ")) {
    schedule.kind = Schedule::Kind::daily;
  } else if (take(text, "weekdays at ")) {
    schedule.kind = Schedule::Kind::weekdays;
  } else if (take(text, "monthly on the ")) {
    schedule.kind = Schedule::Kind::monthly;
    const std::size_t blank = text.find(' ');
    const auto day = day_of_month(text.substr(0, blank));
    if (!day) return std::nullopt;
    schedule.day_of_month = *day;
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank);
    if (!take(text, " at ")) return std::nullopt;
  } else {
    return std::nullopt;
  }
  const auto time = ms_of_day(text);
  if (!time) return std::nullopt;
  schedule.ms_of_day = *time;
  return schedule;
}

bool runs_on(const Schedule& schedule, Day day) {
  switch (schedule.kind) {
    case Schedule::Kind::every:
    case Schedule::Kind::daily:
      return true;
    case Schedule::Kind::weekdays: {
      // 1970-01-01 was a Thursday: 0 is Monday here.
      const int weekday = ((day.number + 3) % 7 + 7) % 7;
      return weekday < 5;
    }
    case Schedule::Kind::monthly:
      return civil_of(day).day == static_cast<unsigned>(schedule.day_of_month);
  }
  UPSELLD_ASSERT(false);
  return false;
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text) {
  if (const auto schedule = read(text)) return *schedule;
  return Error{ErrorKind::invalid_config,
               fmt::format("\"{}\" is no schedule; write \"every 1h\" (1m to 366d), \"daily at "
                           "05:00\", \"weekdays at 07:00\" or \"monthly on the 1st at 05:00\" "
                           "(1st to 28th)",
                           text.substr(0, 60)),
               {}};
}

std::string to_text(const Schedule& schedule) {
  const std::string time = fmt::format("{:02}:{:02}", schedule.ms_of_day / hours(1).ms,
                                       schedule.ms_of_day / minutes(1).ms % 60);
  switch (schedule.kind) {
    case Schedule::Kind::every:
      return "every " + upselld::to_text(schedule.interval);
    case Schedule::Kind::daily:
      return "daily at " + time;
    case Schedule::Kind::weekdays:
      return "weekdays at " + time;
    case Schedule::Kind::monthly:
      return fmt::format("monthly on the {}{} at {}", schedule.day_of_month,
                         ordinal_ending(schedule.day_of_month), time);
  }
  UPSELLD_ASSERT(false);
  return {};
}

Instant next_occurrence(const Schedule& schedule, Instant after, const TimeZone& zone) {
  if (schedule.kind == Schedule::Kind::every) {
    const std::int64_t interval = schedule.interval.ms;
    const std::int64_t rest = ((after.ms % interval) + interval) % interval;
    return {after.ms - rest + interval};
  }
  // Every kind comes within a month and a day, the day of `after` itself included.
  for (Day day = zone.day_of(after);; day = day + 1) {
    if (!runs_on(schedule, day)) continue;
    const Instant at = zone.at(day, schedule.ms_of_day);
    if (at > after) return at;
  }
}

}  // namespace upselld::daemon
