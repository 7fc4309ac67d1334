// SPDX-License-Identifier: Apache-2.0
#include "scoring/gains.h"

#include <algorithm>
#include <cmath>

namespace upselld::scoring {
namespace {

constexpr std::size_t kUpsellsMin = 40;
constexpr std::size_t kClasses = 5;
constexpr double kDrawnBy = 30;  // up-sells: a class of so many is halfway to the mean
constexpr double kCapShare = 0.99;

struct Upsell {
  float usual = 0;
  double gain = 0;
};

std::vector<Upsell> upsells_of(const TrainingRows& rows, std::size_t column,
                               const ScoringSettings& settings, SnapshotSpan dates, Instant as_of) {
  std::vector<Upsell> found;
  const std::size_t width = rows.columns.size();
  Instant free_before = Instant{INT64_MAX};
  for (std::size_t d = dates.last; d-- > dates.first;) {
    const DateRows& date = rows.dates[d];
    if (window_end(date.day, settings) > free_before) continue;
    free_before = settings.zone.start_of(date.day);
    for (std::size_t i = 0; i < date.size(); ++i) {
      if (date.positive[i] == 0 || date.positive_known_at[i] >= as_of) continue;
      const float usual = date.values[i * width + column], gain = date.gain[i];
      if (std::isnan(usual) || std::isnan(gain)) continue;
      found.push_back({usual, std::max(0.0, static_cast<double>(gain))});
    }
  }
  return found;
}

}  // namespace

double Gains::of(float usual) const {
  if (std::isnan(usual)) return mean;
  const auto above = std::upper_bound(starts.begin(), starts.end(), usual);
  return gain[static_cast<std::size_t>(above - starts.begin())];
}

std::size_t usual_column(const TrainingRows& rows, const FeatureTable& table) {
  const auto at = std::find_if(rows.columns.begin(), rows.columns.end(), [&](std::uint32_t index) {
    return table.infos()[index].name == kUsualOrder;
  });
  return static_cast<std::size_t>(at - rows.columns.begin());
}

Gains learn_gains(const TrainingRows& rows, const FeatureTable& table,
                  const ScoringSettings& settings, SnapshotSpan dates, Instant as_of) {
  Gains gains;
  const std::size_t column = usual_column(rows, table);
  if (column == rows.columns.size()) return gains;
  std::vector<Upsell> upsells = upsells_of(rows, column, settings, dates, as_of);
  gains.upsells = upsells.size();
  if (upsells.size() < kUpsellsMin) return gains;
  std::sort(upsells.begin(), upsells.end(),
            [](const Upsell& a, const Upsell& b) { return a.gain < b.gain; });
  const auto last = static_cast<double>(upsells.size() - 1);
  gains.cap = upsells[static_cast<std::size_t>(last * kCapShare)].gain;
  std::stable_sort(upsells.begin(), upsells.end(),
                   [](const Upsell& a, const Upsell& b) { return a.usual < b.usual; });
  for (std::size_t c = 1; c < kClasses; ++c) {
    const float start = upsells[c * upsells.size() / kClasses].usual;
    const bool rises =
        gains.starts.empty() ? start > upsells.front().usual : start > gains.starts.back();
    if (rises) gains.starts.push_back(start);
  }
  std::vector<double> sums(gains.starts.size() + 1, 0.0);
  gains.counted.assign(sums.size(), 0);
  for (const Upsell& one : upsells) {
    const double gain = std::min(one.gain, gains.cap);
    const auto above = std::upper_bound(gains.starts.begin(), gains.starts.end(), one.usual);
    const auto place = static_cast<std::size_t>(above - gains.starts.begin());
    sums[place] += gain;
    ++gains.counted[place];
    gains.mean += gain / static_cast<double>(upsells.size());
  }
  if (!(gains.mean > 0)) return {};
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const auto count = static_cast<double>(gains.counted[c]);
    gains.gain.push_back((sums[c] + kDrawnBy * gains.mean) / (count + kDrawnBy));
  }
  return gains;
}

}  // namespace upselld::scoring
