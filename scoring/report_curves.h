// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "scoring/measures.h"

namespace upselld::scoring {

// Curves of a ranking on one date. Equal values share what they hold, so that the order of rows
// changes nothing. Empty without rows or without an up-sell.

// Of each tenth of the rows, highest first: how many times the average rate came true.
nlohmann::ordered_json deciles_json(Outcomes positive, std::span<const double> rank);
// At growing numbers of rows, highest first: which share came true, with its interval over draws of
// rows, each another account's, and which share of all that did is among them.
nlohmann::ordered_json precision_recall_json(Outcomes positive, std::span<const double> rank,
                                             unsigned threads);

}  // namespace upselld::scoring
