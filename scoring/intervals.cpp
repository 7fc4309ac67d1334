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

Interval between(double estimate, std::vector<double> drawn) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  if (drawn.empty()) return {estimate, kUnknown, kUnknown};
  std::sort(drawn.begin(), drawn.end());
  return {estimate, point_of(drawn, 0.025), point_of(drawn, 0.975)};
}

}  // namespace

Interval AccountDraws::interval(
    double estimate, const std::function<double(std::span<const std::uint32_t>)>& statistic,
    unsigned threads) const {
  const auto one = [&](std::span<const std::uint32_t> weight, std::span<double> out) {
    out[0] = statistic(weight);
  };
  return intervals(std::span(&estimate, 1), one, threads).front();
}

std::vector<Interval> AccountDraws::intervals(std::span<const double> estimates,
                                              const Statistics& statistics,
                                              unsigned threads) const {
  constexpr std::size_t kBlock = 50;
  const std::size_t width = estimates.size();
  std::vector<double> found(accounts_ == 0 ? 0 : kDraws * width);
  for_each_index(accounts_ == 0 ? 0 : kDraws / kBlock, threads, [&](std::size_t block) {
    std::vector<std::uint32_t> weight(accounts_);
    for (std::size_t d = block * kBlock; d < (block + 1) * kBlock; ++d) {
      std::fill(weight.begin(), weight.end(), 0U);
      Random random(kSeed + d * 0x9E3779B9ULL);
      for (std::size_t i = 0; i < accounts_; ++i) {
        ++weight[random.below(static_cast<std::uint32_t>(accounts_))];
      }
      statistics(weight, std::span(found).subspan(d * width, width));
    }
  });
  std::vector<Interval> intervals;
  for (std::size_t k = 0; k < width; ++k) {
    std::vector<double> values;
    for (std::size_t at = k; at < found.size(); at += width) {
      if (!std::isnan(found[at])) values.push_back(found[at]);
    }
    intervals.push_back(between(estimates[k], std::move(values)));
  }
  return intervals;
}

}  // namespace upselld::scoring
