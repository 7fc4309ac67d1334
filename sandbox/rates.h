// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "sandbox/world.h"

namespace upselld::sandbox {

// How hidden states show themselves: used to write rows, and by who tells the states from the rows.
// The numbers stand in docs/generator.md too; change both together.

// Rows a month by engagement: cold, warm.
inline constexpr double kLogins[] = {1.5, 5.0};
inline constexpr double kFeatureUses[] = {0.8, 3.0};
inline constexpr double kEmailOpens[] = {0.8, 2.5};
inline constexpr double kEmailClicks[] = {0.15, 1.0};
inline constexpr double kEmailReplies[] = {0.05, 0.4};
inline constexpr double kCalls[] = {0.08, 0.2};
inline constexpr double kMeetings[] = {0.04, 0.2};
inline constexpr double kSiteVisits[] = {1.0, 2.5};
// By interest: quiet, looking.
inline constexpr double kProductViews[] = {0.5, 2.0};
inline constexpr double kPricingVisits[] = {0.15, 3.5};
inline constexpr double kOffers[] = {0.04, 0.25};  // chances
inline constexpr double kLostUpsells[] = {0.02, 0.06};
// By quota: roomy, near_limit, full.
inline constexpr double kLimitedUses[] = {0.1, 0.8, 2.0};
inline constexpr double kQuotaFrom[] = {0.30, 0.70, 0.90};
inline constexpr double kQuotaWidth[] = {0.35, 0.16, 0.09};

template <std::size_t N, typename State>
double rate(const double (&values)[N], State state) {
  return values[static_cast<std::size_t>(state)];
}

// On logins and feature uses.
inline double usage_factor(double level) {
  return std::clamp(1 + 0.3 * level, 0.3, 2.0);
}
// Ordinary orders.
inline double orders_a_month(const Traits& traits, int month) {
  const double years = std::min(month / 12.0, 3.0);
  const double busy = (1 + 0.5 * traits.level) * (1 + 0.15 * traits.growth * years);
  return 0.35 * std::clamp(busy, 0.1, 4.0);
}
// Seats at first are kSeatsLeast and this, times a number from 0.5 to 1.5.
inline constexpr int kSeatsLeast = 4;
inline double mean_seats(double level) {
  return 18 * std::clamp(1 + 0.6 * level, 0.2, 4.0);
}

}  // namespace upselld::sandbox
