// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/limits.h"

#include <algorithm>

#include "core/digest.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr Duration kBurstWindow = seconds(10);
constexpr Duration kSecond = seconds(1);
// Of another app: in a second, and of the day's calls.
constexpr int kOthersSearchesMax = 4;
constexpr double kOthersShare = 0.5;

}  // namespace

std::deque<Instant>& Limits::window(const std::string& name, Instant at, Duration length) {
  std::deque<Instant>& calls = windows_[name];
  // A clock that was set back would keep calls of the future for ever.
  while (!calls.empty() && (at - calls.front() >= length || calls.front() > at)) calls.pop_front();
  return calls;
}

int Limits::used_today(Instant now, const TimeZone& zone) {
  const Day day = zone.day_of(now);
  if (day != day_) today_ = 0;
  day_ = day;
  if (!shares) return today_ + used_by_others;
  const Instant midnight = zone.start_of(day);
  const double passed = static_cast<double>((now - midnight).ms) /
                        static_cast<double>((zone.start_of(day + 1) - midnight).ms);
  return today_ + used_by_others + static_cast<int>(daily_max * kOthersShare * passed);
}

// The other app begins a second with its searches, as many as the second's number says.
int Limits::searched_by_others(Instant at) const {
  if (!shares) return 0;
  return static_cast<int>(keyed_hash(1, std::to_string(at.ms / kSecond.ms)) %
                          (kOthersSearchesMax + 1));
}

Limits::Verdict Limits::take(const Caller& caller, bool is_search, bool counts_daily, Instant now,
                             const TimeZone& zone) {
  const Instant at = pace_now(now);
  auto& calls =
      is_search ? window("search", at, kSecond) : window("app " + caller.app, at, kBurstWindow);
  const int others = is_search ? searched_by_others(at) : 0;
  const int most = is_search ? search_max : caller.is_oauth ? oauth_burst_max : burst_max;
  const int used = used_today(now, zone);
  Verdict verdict = Verdict::pass;
  if (static_cast<int>(calls.size()) + others >= most) {
    verdict = is_search ? Verdict::search : Verdict::burst;
  }
  if (counts_daily && used >= daily_max) verdict = Verdict::day;
  if (verdict != Verdict::pass && enforces) {
    ++refused_;
    return verdict;
  }
  calls.push_back(at);
  if (counts_daily) ++today_;
  return Verdict::pass;
}

void Limits::add_headers(const Caller& caller, Instant now, const TimeZone& zone,
                         HttpHeaders& out) {
  const auto used =
      static_cast<int>(window("app " + caller.app, pace_now(now), kBurstWindow).size());
  const int most = caller.is_oauth ? oauth_burst_max : burst_max;
  out.set("X-HubSpot-RateLimit-Max", std::to_string(most));
  out.set("X-HubSpot-RateLimit-Remaining", std::to_string(std::max(0, most - used)));
  out.set("X-HubSpot-RateLimit-Interval-Milliseconds", std::to_string(kBurstWindow.ms));
  out.set("X-HubSpot-RateLimit-Secondly", std::to_string(most / 10));
  out.set("X-HubSpot-RateLimit-Secondly-Remaining", std::to_string(most / 10));
  if (caller.is_oauth) return;
  out.set("X-HubSpot-RateLimit-Daily", std::to_string(daily_max));
  out.set("X-HubSpot-RateLimit-Daily-Remaining",
          std::to_string(std::max(0, daily_max - used_today(now, zone))));
}

}  // namespace upselld::sandbox::hubspot
