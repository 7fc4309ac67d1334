// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <map>
#include <string>

#include "core/time_zone.h"
#include "scoring/random.h"
#include "scoring/settings.h"
#include "tests/support/timeline_in_memory.h"

namespace upselld::test {

// A made-up shop whose true probabilities are known: in each period of 30 days an account buys an
// upgrade with log-odds level + pull * (logins in the 30 days before). Periods and snapshots are
// the same, so that a snapshot's truth is exact.
struct UpsellWorld {
  TimelinesInMemory source;
  std::map<std::pair<std::string, std::int32_t>, double> truth;  // by account and snapshot day
  Day begin, end;

  struct Shape {
    int accounts = 1000;
    int periods = 12;
    double level = -2.2, pull = 0.7;
    std::uint64_t seed = 1;
  };
  explicit UpsellWorld(const Shape& shape) {
    constexpr int kPeriod = 30;
    begin = Day{kPeriod * 540};
    end = begin + kPeriod * shape.periods;
    const TimeZone zone = TimeZone::utc();
    const std::uint16_t login = source.kind("login");
    scoring::Random random(shape.seed);
    for (int a = 0; a < shape.accounts; ++a) {
      Timeline& account = source.add_account("A" + std::to_string(10'000 + a));
      const double busy = random.share() * 3;
      std::uint64_t next_id = 1 + static_cast<std::uint64_t>(a) * 1'000;
      auto order = [&](Day day, OrderKind kind, double amount) {
        const Instant at = zone.start_of(day) + hours(10);
        account.orders.push_back({at, at, next_id++, amount, 0, kind, OrderStatus::won});
      };
      order(begin, OrderKind::new_business, 100);
      int logins = 0;
      for (int period = 0; period < shape.periods; ++period) {
        const Day first = begin + kPeriod * period;
        const double odds = shape.level + shape.pull * logins;
        const double p = 1 / (1 + std::exp(-odds));
        truth[{account.account.id, first.number}] = p;
        if (random.share() < p) order(first + 1 + period % 20, OrderKind::upsell, 150);
        if (random.share() < 0.3) order(first + 5, OrderKind::other, 80);
        logins = 0;
        for (int k = 0; k < 4; ++k) {
          if (random.share() * 4 >= busy) continue;
          const Instant at = zone.start_of(first + 7 * k + 1) + hours(9);
          account.activities.push_back({at, at, NAN, 0, 0, login});
          ++logins;
        }
      }
    }
  }

  scoring::ScoringSettings settings() const {
    scoring::ScoringSettings made;
    made.target.kind = scoring::TargetKind::won_opportunity;
    made.target.kinds = {OrderKind::upsell};
    made.target.horizon = days(30);
    made.spacing.every_days = 30;
    made.learner.rounds = 60;
    made.learner.eta = 0.08;
    made.learner.line_strength = 30;
    return made;
  }
  Instant now() const { return TimeZone::utc().start_of(end); }
};

}  // namespace upselld::test
