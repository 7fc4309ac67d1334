// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace upselld::scoring {

struct Interval {
  double estimate = 0, low = 0, high = 0;  // 95 %
};

// Draws of accounts with replacement, the same for every date: all rows of an account together,
// since rows of one account are hardly evidence of their own.
class AccountDraws {
 public:
  static constexpr std::size_t kDraws = 1'000;
  explicit AccountDraws(std::size_t accounts) : accounts_(accounts) {}

  // Calls `statistic` with how often each account was drawn, once per draw, and takes the 2.5 and
  // 97.5 % points of what it gives. Draws for which it gives NaN are left out.
  Interval interval(double estimate,
                    const std::function<double(std::span<const std::uint32_t>)>& statistic,
                    unsigned threads) const;
  // The same for many statistics of each draw at once, one for each estimate.
  using Statistics = std::function<void(std::span<const std::uint32_t> weight, std::span<double>)>;
  std::vector<Interval> intervals(std::span<const double> estimates, const Statistics& statistics,
                                  unsigned threads) const;

 private:
  std::size_t accounts_;
};

}  // namespace upselld::scoring
