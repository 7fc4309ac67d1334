// SPDX-License-Identifier: Apache-2.0
#include "scoring/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace upselld::scoring {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kProbabilityMin = 1e-6;

std::vector<std::uint32_t> by_falling(std::span<const double> value) {
  std::vector<std::uint32_t> order(value.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return value[a] > value[b]; });
  return order;
}

double log_odds(double probability) {
  const double p = std::clamp(probability, kProbabilityMin, 1 - kProbabilityMin);
  return std::log(p / (1 - p));
}

std::size_t positives_in(Outcomes positive) {
  return static_cast<std::size_t>(std::count(positive.begin(), positive.end(), 1));
}

}  // namespace

double sigmoid(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

double log_loss(bool positive, double probability) {
  const double p = std::clamp(probability, kProbabilityMin, 1 - kProbabilityMin);
  return -std::log(positive ? p : 1 - p);
}

double roc_auc(Outcomes positive, std::span<const double> value) {
  const auto order = by_falling(value);
  const auto positives = static_cast<double>(positives_in(positive));
  const double negatives = static_cast<double>(positive.size()) - positives;
  if (positives == 0 || negatives == 0) return kUnknown;
  double area = 0, above = 0;  // positives above
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    double hits = 0, misses = 0;
    for (; j < order.size() && value[order[j]] == value[order[i]]; ++j) {
      (positive[order[j]] != 0 ? hits : misses) += 1;
    }
    area += misses * (above + hits / 2);
    above += hits;
    i = j;
  }
  return area / (positives * negatives);
}

double mean_log_loss(Outcomes positive, std::span<const double> probability) {
  double sum = 0;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    sum += log_loss(positive[i] != 0, probability[i]);
  }
  return positive.empty() ? kUnknown : sum / static_cast<double>(positive.size());
}

double brier(Outcomes positive, std::span<const double> probability) {
  double sum = 0;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    const double error = probability[i] - (positive[i] != 0 ? 1 : 0);
    sum += error * error;
  }
  return positive.empty() ? kUnknown : sum / static_cast<double>(positive.size());
}

double precision_in_top(Outcomes positive, std::span<const double> value, double share) {
  if (positive.empty()) return kUnknown;
  const auto order = by_falling(value);
  const auto top = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size()))));
  double hits = 0;
  for (std::size_t i = 0; i < top;) {
    std::size_t j = i;
    double among = 0;
    for (; j < order.size() && value[order[j]] == value[order[i]]; ++j) {
      if (positive[order[j]] != 0) ++among;
    }
    const std::size_t taken = std::min(j, top) - i;
    hits += among * static_cast<double>(taken) / static_cast<double>(j - i);
    i = j;
  }
  return hits / static_cast<double>(top);
}

PrecisionCurve::PrecisionCurve(Outcomes positive, std::span<const double> value)
    : order_(by_falling(value)) {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const bool last = i + 1 == order_.size() || value[order_[i]] != value[order_[i + 1]];
    last_of_equals_.push_back(last);
    positive_.push_back(positive[order_[i]]);
  }
}

double PrecisionCurve::area() const {
  return area(std::vector<std::uint32_t>(order_.size(), 1));
}

double PrecisionCurve::area(std::span<const std::uint32_t> weight) const {
  double hits = 0, taken = 0, hits_before = 0, sum = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const double by = weight[order_[i]];
    taken += by;
    if (positive_[i] != 0) hits += by;
    if (!last_of_equals_[i]) continue;
    if (taken > 0) sum += (hits - hits_before) * hits / taken;
    hits_before = hits;
  }
  return hits > 0 ? sum / hits : kUnknown;
}

Calibration calibration_of(Outcomes positive, std::span<const double> probability) {
  const std::size_t positives = positives_in(positive);
  if (positives == 0 || positives == positive.size()) return {kUnknown, kUnknown, kUnknown};
  std::vector<double> margin(probability.size());
  double happened = static_cast<double>(positives) / static_cast<double>(positive.size());
  std::transform(probability.begin(), probability.end(), margin.begin(), log_odds);
  double low = -30, high = 30;
  for (int i = 0; i < 80; ++i) {
    const double shift = (low + high) / 2;
    double mean = 0;
    for (const double m : margin) mean += sigmoid(m + shift);
    (mean / static_cast<double>(margin.size()) < happened ? low : high) = shift;
  }
  Calibration found{1, low, 0};
  double a = 0, b = 1;  // intercept, slope
  for (int step = 0; step < 50; ++step) {
    double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
    for (std::size_t i = 0; i < margin.size(); ++i) {
      const double p = sigmoid(a + b * margin[i]);
      const double error = p - (positive[i] != 0 ? 1 : 0), w = p * (1 - p);
      g0 += error;
      g1 += error * margin[i];
      h00 += w;
      h01 += w * margin[i];
      h11 += w * margin[i] * margin[i];
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-9))
      return {kUnknown, found.level, kUnknown};  // all predictions are the same
    const double da = (h11 * g0 - h01 * g1) / determinant, db = (h00 * g1 - h01 * g0) / determinant;
    a -= std::clamp(da, -5.0, 5.0);
    b -= std::clamp(db, -1.0, 1.0);
    if (std::abs(da) + std::abs(db) < 1e-10) break;
  }
  found.slope = b;
  found.intercept = a;
  return found;
}

std::vector<ReliabilityBin> reliability(Outcomes positive, std::span<const double> probability,
                                        std::size_t bins) {
  auto order = by_falling(probability);
  std::reverse(order.begin(), order.end());
  std::vector<ReliabilityBin> table;
  for (std::size_t b = 0; b < bins; ++b) {
    const std::size_t from = order.size() * b / bins, to = order.size() * (b + 1) / bins;
    if (from == to) continue;
    ReliabilityBin bin{.rows = to - from};
    for (std::size_t i = from; i < to; ++i) {
      bin.predicted += probability[order[i]];
      bin.happened += positive[order[i]];
    }
    const auto n = static_cast<double>(bin.rows);
    bin.predicted /= n;
    bin.happened /= n;
    constexpr double z = 1.959964;
    const double p = bin.happened, middle = p + z * z / (2 * n), divisor = 1 + z * z / n;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    bin.low = std::max(0.0, (middle - half) / divisor);
    bin.high = std::min(1.0, (middle + half) / divisor);
    table.push_back(bin);
  }
  return table;
}

double calibration_error(const std::vector<ReliabilityBin>& bins) {
  double sum = 0, rows = 0;
  for (const ReliabilityBin& bin : bins) {
    sum += static_cast<double>(bin.rows) * std::abs(bin.predicted - bin.happened);
    rows += static_cast<double>(bin.rows);
  }
  return rows > 0 ? sum / rows : kUnknown;
}

}  // namespace upselld::scoring
