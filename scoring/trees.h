// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scoring/binned_rows.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// Raised whenever the same rows would grow other trees.
inline constexpr int kTreeCode = 1;

// Boosted shallow trees as XGBoost's JSON, loadable by XGBoost itself. One thread, a fixed seed:
// the same bytes every time. Missing values are NaN. Both outcomes must be there.
std::string fit_trees(const RowReader& rows, std::span<const std::uint8_t> positive,
                      const std::vector<std::string>& names, const LearnerSettings& settings);

}  // namespace upselld::scoring
