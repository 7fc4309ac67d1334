// SPDX-License-Identifier: Apache-2.0
#include "core/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "core/assertions.h"
#include "core/digest.h"
#include "core/settings.h"

namespace upselld {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2100;
// Transitions are looked up through buckets of 2^33 ms (about 99 days): one shift and a step or
// two, where a binary search of the list mispredicts eight branches.
constexpr int kBucketShift = 33;

struct Transition {
  std::int64_t from_ms = 0;
  std::int64_t offset_ms = 0;
};

}  // namespace

// Before the first transition the first one's offset holds.
struct TimeZone::Rules {
  std::vector<Transition> transitions;
  std::vector<std::uint16_t> buckets;  // the transition that holds where the bucket begins

  explicit Rules(std::vector<Transition> list) : transitions(std::move(list)) {
    const std::int64_t end_ms = Day::of_civil(kLastYear + 1, 1, 1).number * kDayMs;
    std::size_t index = 0;
    for (std::int64_t from = 0; from <= end_ms; from += std::int64_t{1} << kBucketShift) {
      while (index + 1 < transitions.size() && transitions[index + 1].from_ms <= from) ++index;
      buckets.push_back(static_cast<std::uint16_t>(index));
    }
  }

  std::size_t index_at(std::int64_t ms) const {
    const auto bucket = static_cast<std::size_t>(std::max<std::int64_t>(ms, 0) >> kBucketShift);
    std::size_t index = buckets[std::min(bucket, buckets.size() - 1)];
    while (index + 1 < transitions.size() && transitions[index + 1].from_ms <= ms) ++index;
    return index;
  }
};

namespace {

// The system's zone files list transitions up to 2037 and a rule for later years, which the date
// library does not read: from 2038 on the offset of the last winter holds.
std::vector<Transition> read_transitions(const date::time_zone& zone) {
  const auto begin = date::sys_days(date::year(kFirstYear) / 1 / 1);
  const auto end = date::sys_days(date::year(kLastYear + 1) / 1 / 1);
  std::vector<Transition> transitions;
  date::sys_seconds at = begin;
  while (at < end) {
    const date::sys_info info = zone.get_info(at);
    const std::int64_t from_ms =
        std::max<date::sys_seconds>(info.begin, begin).time_since_epoch().count() * 1000;
    const std::int64_t offset_ms = info.offset.count() * 1000;
    // A change of name or of what counts as summer time alone moves no day.
    if (transitions.empty() || transitions.back().offset_ms != offset_ms) {
      transitions.push_back({from_ms, offset_ms});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  return transitions;
}

Error unknown_zone(const std::string& name) {
  std::vector<std::string> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  const std::string near = nearest(name, names);
  return {ErrorKind::invalid_config,
          "time zone \"" + name + "\" is unknown" +
              (near.empty() ? "; use a name such as Europe/Berlin or UTC"
                            : "; did you mean \"" + near + "\"?"),
          {}};
}

}  // namespace

TimeZone::TimeZone(std::string name, std::shared_ptr<const Rules> rules)
    : name_(std::move(name)), rules_(std::move(rules)) {}

Result<TimeZone> TimeZone::load(const std::string& name) {
  try {
    const auto& zones = date::get_tzdb().zones;
    const auto found = std::find_if(zones.begin(), zones.end(), [&](const date::time_zone& zone) {
      return zone.name() == name;
    });
    if (found == zones.end()) return unknown_zone(name);
    return TimeZone(name, std::make_shared<const Rules>(read_transitions(*found)));
  } catch (const std::exception& error) {
    return Error{
        ErrorKind::io,
        "read time zone " + name + ": " + error.what() + "; is the package tzdata installed?",
        {}};
  }
}

TimeZone TimeZone::utc() {
  static const auto rules = std::make_shared<const Rules>(std::vector<Transition>{{0, 0}});
  return TimeZone("UTC", rules);
}

Instant TimeZone::start_of(Day day) const {
  return at(day, 0);
}

Day TimeZone::day_of(Instant at) const {
  const std::int64_t local = at.ms + offset_ms(at);
  const std::int64_t day = local >= 0 ? local / kDayMs : (local - (kDayMs - 1)) / kDayMs;
  return {static_cast<std::int32_t>(day)};
}

Instant TimeZone::at(Day day, std::int64_t ms_of_day) const {
  const std::int64_t local = day.number * kDayMs + ms_of_day;
  const std::vector<Transition>& all = rules_->transitions;
  // No offset is more than 16 hours: the search begins surely before the moment.
  for (std::size_t i = rules_->index_at(local - 2 * kDayMs);; ++i) {
    const std::int64_t moment = local - all[i].offset_ms;
    if (i > 0 && moment < all[i].from_ms) return {all[i].from_ms};
    if (i + 1 == all.size() || moment < all[i + 1].from_ms) return {moment};
  }
}

std::int64_t TimeZone::offset_ms(Instant at) const {
  return rules_->transitions[rules_->index_at(at.ms)].offset_ms;
}

std::string TimeZone::rules_digest() const {
  Sha256 digest;
  for (const Transition& transition : rules_->transitions) {
    digest.add_part(std::to_string(transition.from_ms));
    digest.add_part(std::to_string(transition.offset_ms));
  }
  return hex(digest.finish());
}

}  // namespace upselld
