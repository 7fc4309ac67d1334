// SPDX-License-Identifier: Apache-2.0
#include "sandbox/truth.h"

#include <algorithm>
#include <cmath>

namespace upselld::sandbox {

double no_upsell_within(double log_odds, int days) {
  // 1 - sigmoid(x) = 1 / (1 + e^x), to the power of days / 30.
  return std::exp(-std::log1p(std::exp(log_odds)) * days / 30.0);
}

MonthView next_view(const MonthView& view, const Calendar& calendar) {
  MonthView next = view;
  next.month = view.month + 1;
  next.month_of_year = calendar.month_of_year(next.month);
  next.months_since_upsell = std::min(view.months_since_upsell + 1, 1000);
  next.tenure_months = view.tenure_months + 1;
  next.months_since_task = std::min(view.months_since_task + 1, 1000);
  return next;
}

double window_probability(const World& world, const Calendar& calendar, const Traits& traits,
                          const MonthView& view, const Drivers& before, int horizon_days) {
  DriverWeights known{};
  known[index_of(before)] = 1;
  return 1 - weight_without(world, calendar, traits, view, known, horizon_days);
}

double weight_without(const World& world, const Calendar& calendar, const Traits& traits,
                      const MonthView& view, DriverWeights before, int horizon_days) {
  DriverWeights alive = before;
  MonthView month = view;
  int days_left = horizon_days;
  while (true) {
    const int days = std::min(days_left, calendar.days_in(month.month));
    for (std::size_t state = 0; state < kDriverStates; ++state) {
      if (alive[state] == 0) continue;
      alive[state] *= no_upsell_within(world.log_odds(traits, month, drivers_at(state)), days);
    }
    days_left -= days;
    if (days_left == 0) break;
    alive = next_weights(alive);
    month = next_view(month, calendar);
  }
  double none = 0;
  for (const double weight : alive) none += weight;
  return none;
}

}  // namespace upselld::sandbox
