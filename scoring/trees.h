// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/line.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// Boosted shallow trees in XGBoost's JSON format, loadable by XGBoost itself. One thread, a fixed
// seed: the same bytes every time. Missing values are NaN. Both outcomes must be there.
Result<std::string> fit_trees(const Matrix& rows, std::span<const std::uint8_t> positive,
                              const std::vector<std::string>& names,
                              const LearnerSettings& settings);
// "1.7.4".
std::string trees_library_version();

}  // namespace upselld::scoring
