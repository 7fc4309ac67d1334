// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// Rows that are read one at a time: nobody has to hold them all as one table.
struct RowReader {
  std::size_t count = 0, width = 0;
  std::function<void(std::size_t row, std::span<float> out)> read;
};

// Boosted shallow trees by XGBoost, in its JSON format, as they are after each of `rounds`
// (ascending): the same as if no further round had followed. One thread, a fixed seed: the same
// bytes every time. Missing values are NaN. Both outcomes must be there. unsupported: the library
// is not there, or says no; cancelled: stopped.
Result<std::vector<std::string>> fit_trees(const RowReader& rows,
                                           std::span<const std::uint8_t> positive,
                                           const std::vector<std::string>& names,
                                           const LearnerSettings& settings,
                                           std::span<const int> rounds);
// "1.7.4"; "none" where it is not there.
std::string trees_library_version();

}  // namespace upselld::scoring
