// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "scoring/order_book.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// What a CRM likes to keep beside an account and overwrite: by account, as of the end of the data
// and as it was at the newest snapshot. An attribute that equals the first knows the future.
struct Totals {
  const char* name = "";
  std::vector<float> now, then;  // NaN: none
};

inline constexpr std::array<const char*, 5> kTotalNames = {
    "the last order's amount", "the largest order's amount", "the number of orders",
    "the sum of all orders", "the number of up-sells"};
using TotalValues = std::array<float, kTotalNames.size()>;

// Of the orders of `seen` that were won.
TotalValues totals_of(const std::vector<SeenOrder>& seen, const ScoringSettings& settings);

}  // namespace upselld::scoring
