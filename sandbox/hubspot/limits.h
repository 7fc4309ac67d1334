// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "core/time_zone.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {

// The account's three limits: a rolling window per app, searches per second of the whole account,
// calls per day of the account's zone.
class Limits {
 public:
  int burst_max = 190, oauth_burst_max = 110, search_max = 5, daily_max = 625'000;
  int used_by_others = 0;  // of the day
  // Another app searches meanwhile, more in some seconds than in others, and takes half of the
  // day's calls from midnight to midnight.
  bool shares = false;
  bool enforces = true;            // false: all is counted, nothing is refused
  double retry_after_share = 0.5;  // of refusals that have the header
  // Burst and search are measured in this time; null: in the sandbox's own. Clients pace themselves
  // in real time, whatever day the sandbox thinks it is.
  std::function<Instant()> pace;

  enum class Verdict { pass, burst, search, day };
  struct Caller {
    std::string app;
    bool is_oauth = false;
  };
  Verdict take(const Caller& caller, bool is_search, bool counts_daily, Instant now,
               const TimeZone& zone);
  // The headers of an answer that is not a search's.
  void add_headers(const Caller& caller, Instant now, const TimeZone& zone, HttpHeaders& out);
  int used_today(Instant now, const TimeZone& zone);
  int refused() const { return refused_; }

 private:
  int searched_by_others(Instant at) const;
  std::deque<Instant>& window(const std::string& name, Instant at, Duration length);
  Instant pace_now(Instant now) const { return pace ? pace() : now; }

  std::map<std::string, std::deque<Instant>> windows_;
  Day day_;
  int today_ = 0, refused_ = 0;
};

}  // namespace upselld::sandbox::hubspot
