// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "scoring/features.h"
#include "scoring/judge.h"
#include "scoring/measures.h"

namespace upselld::scoring {

// The tables of one judged date, as JSON; what does not exist is null. Used by the report.

nlohmann::ordered_json number_json(double value);
nlohmann::ordered_json interval_json(const Interval& interval);
double rate_of(Outcomes positive);

// Counts, areas, losses, slope, level, lift.
nlohmann::ordered_json measures_json(Outcomes positive, std::span<const double> probability);
// The same by number of past orders, and by days since the last order.
nlohmann::ordered_json strata_json(const DateRows& date, const JudgedDate& judged);
nlohmann::ordered_json segments_json(const TrainingRows& rows, const FeatureTable& table,
                                     const JudgedDate& judged);
nlohmann::ordered_json reliability_json(Outcomes positive, std::span<const double> probability);
// What an isotonic fit would make of the probabilities: to look at, never applied, since its ties
// cost ranking.
nlohmann::ordered_json isotonic_json(Outcomes positive, std::span<const double> probability);
// The share that came true among the first 50, 100 and so on.
nlohmann::ordered_json precision_json(Outcomes positive, std::span<const double> probability);
// Simple rules beside the model, each with the paired interval of the difference.
nlohmann::ordered_json baselines_json(const TrainingRows& rows, const FeatureTable& table,
                                      const JudgedDate& judged, unsigned threads);

}  // namespace upselld::scoring
