// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/calendar.h"
#include "sandbox/world.h"

namespace upselld::sandbox {

// Chance of no up-sell on `days` days of a month whose log-odds of one in 30 days are given. Every
// day of a month has the same chance.
double no_upsell_within(double log_odds, int days);

// The view of the next month, if no up-sell happens in this one.
MonthView next_view(const MonthView& view, const Calendar& calendar);

// Probability of at least one up-sell in the `horizon_days` days from the first of `view.month`,
// given all that decided the past: hidden traits, drivers, earlier up-sells. Exact, not simulated:
// the drivers of the coming months are summed over all their states. That an up-sell changes
// what follows does not matter, for only the first one counts.
double window_probability(const World& world, const Calendar& calendar, const Traits& traits,
                          const MonthView& view, const Drivers& before, int horizon_days);
// The same for drivers that are not known: what of their weights is left without an up-sell.
double weight_without(const World& world, const Calendar& calendar, const Traits& traits,
                      const MonthView& view, DriverWeights before, int horizon_days);

}  // namespace upselld::sandbox
