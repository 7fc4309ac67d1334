// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace upselld::scoring {

using Outcomes = std::span<const std::uint8_t>;

double sigmoid(double log_odds);
// One row's log-loss; the probability is kept 1e-6 away from 0 and 1.
double log_loss(bool positive, double probability);

// Equal values share what they gain, so that the order of rows changes nothing. NaN where a measure
// does not exist (one outcome only, no rows).
double roc_auc(Outcomes positive, std::span<const double> value);
double mean_log_loss(Outcomes positive, std::span<const double> probability);
double brier(Outcomes positive, std::span<const double> probability);
// The share of positives among the `share` rows with the highest values.
double precision_in_top(Outcomes positive, std::span<const double> value, double share);

// Average precision, prepared once for many weightings of the same rows.
class PrecisionCurve {
 public:
  PrecisionCurve(Outcomes positive, std::span<const double> value);
  double area() const;
  // `weight` is by row.
  double area(std::span<const std::uint32_t> weight) const;

 private:
  std::vector<std::uint32_t> order_;  // rows by falling value
  std::vector<bool> last_of_equals_;
  std::vector<std::uint8_t> positive_;
};

// Logistic regression of the outcome on the log-odds (Cox): slope 1 and level 0 are right.
struct Calibration {
  double slope = 1, level = 0;
  double intercept = 0;  // beside the slope
};
// The slope is taken with the intercept free; the level is the shift alone that makes the mean
// right.
Calibration calibration_of(Outcomes positive, std::span<const double> probability);

struct ReliabilityBin {
  std::size_t rows = 0;
  double predicted = 0, happened = 0, low = 0, high = 0;  // 95 % interval (Wilson)
};
// Bins of equal numbers of rows by rising probability.
std::vector<ReliabilityBin> reliability(Outcomes positive, std::span<const double> probability,
                                        std::size_t bins);
// Mean distance of predicted and happened over such bins.
double calibration_error(const std::vector<ReliabilityBin>& bins);

}  // namespace upselld::scoring
