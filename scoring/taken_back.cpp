// SPDX-License-Identifier: Apache-2.0
#include "scoring/taken_back.h"

#include <algorithm>
#include <tuple>

namespace upselld::scoring {
namespace {

// Amounts are sums of binary fractions: 120.00 must cover 120.00.
constexpr double kAmountSlack = 1e-9;
// Taxes and shipping come back, too. More than that belongs to a larger order.
constexpr double kComesBackMost = 1.3;

}  // namespace

std::vector<Instant> taken_back(std::span<const Booking> purchases,
                                std::vector<Booking> reversals) {
  std::vector<Instant> since(purchases.size(), Instant::missing());
  std::vector<bool> gone(purchases.size(), false);
  // In the order in which they became known: what is known later changes no earlier answer.
  std::sort(reversals.begin(), reversals.end(), [](const Booking& a, const Booking& b) {
    return std::tuple(a.known_at, a.at, a.amount) < std::tuple(b.known_at, b.at, b.amount);
  });
  for (const Booking& reversal : reversals) {
    if (!(reversal.amount > 0)) continue;
    // What becomes known later never stands before what both were known to be.
    const auto rank = [&](const Booking& purchase) {
      const Instant both_known = std::max(purchase.known_at, reversal.known_at);
      return std::tuple(-both_known.ms, purchase.amount, purchase.at);
    };
    std::size_t found = purchases.size();
    for (std::size_t i = 0; i < purchases.size(); ++i) {
      const Booking& one = purchases[i];
      if (gone[i] || !(one.amount > 0) || one.at > reversal.at) continue;
      if (one.amount * (1 - kAmountSlack) > reversal.amount) continue;
      if (one.amount * kComesBackMost < reversal.amount) continue;
      if (found == purchases.size() || rank(one) >= rank(purchases[found])) found = i;
    }
    if (found == purchases.size()) continue;
    gone[found] = true;
    if (reversal.at < purchases[found].at + days(kTakenBackWithinDays)) {
      since[found] = std::max(reversal.known_at, purchases[found].known_at);
    }
  }
  return since;
}

}  // namespace upselld::scoring
