// SPDX-License-Identifier: Apache-2.0
#include "scoring/past_totals.h"

#include <algorithm>
#include <limits>

namespace upselld::scoring {

TotalValues totals_of(const std::vector<SeenOrder>& seen, const ScoringSettings& settings) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  double last = 0, largest = 0, count = 0, sum = 0, upsells = 0;
  Instant newest = Instant::missing();
  const auto& kinds = settings.target.kinds;
  for (const SeenOrder& order : seen) {
    if (!order.won) continue;
    ++count;
    sum += order.amount;
    largest = std::max(largest, order.amount);
    if (newest.is_missing() || order.at >= newest) {
      newest = order.at;
      last = order.amount;
    }
    if (std::find(kinds.begin(), kinds.end(), order.kind) != kinds.end()) ++upsells;
  }
  if (count == 0) return {kNone, kNone, kNone, kNone, kNone};
  return {static_cast<float>(last), static_cast<float>(largest), static_cast<float>(count),
          static_cast<float>(sum), static_cast<float>(upsells)};
}

}  // namespace upselld::scoring
