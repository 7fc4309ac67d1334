// SPDX-License-Identifier: Apache-2.0
#include "scoring/intervals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scoring/parallel.h"
#include "scoring/random.h"

namespace upselld::scoring {
namespace {

constexpr std::uint64_t kSeed = 20'111'001;

double point_of(const std::vector<double>& ascending, double share) {
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, ascending.size() - 1);
  const double rest = place - static_cast<double>(below);
  return ascending[below] + rest * (ascending[above] - ascending[below]);
}

}  // namespace

Interval AccountDraws::interval(
    double estimate, const std::function<double(std::span<const std::uint32_t>)>& statistic,
    unsigned threads) const {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (accounts_ == 0) return {estimate, kUnknown, kUnknown};
  constexpr std::size_t kBlock = 50;
  std::vector<double> found(kDraws);
  for_each_index(kDraws / kBlock, threads, [&](std::size_t block) {
    std::vector<std::uint32_t> weight(accounts_);
    for (std::size_t d = block * kBlock; d < (block + 1) * kBlock; ++d) {
      std::fill(weight.begin(), weight.end(), 0U);
      Random random(kSeed + d * 0x9E3779B9ULL);
      for (std::size_t i = 0; i < accounts_; ++i) {
        ++weight[random.below(static_cast<std::uint32_t>(accounts_))];
      }
      found[d] = statistic(weight);
    }
  });
  std::erase_if(found, [](double value) { return std::isnan(value); });
  if (found.empty()) return {estimate, kUnknown, kUnknown};
  std::sort(found.begin(), found.end());
  return {estimate, point_of(found, 0.025), point_of(found, 0.975)};
}

}  // namespace upselld::scoring
