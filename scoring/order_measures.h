// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "scoring/feature_spec.h"
#include "scoring/order_book.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {

using MeasureValues = std::array<double, static_cast<std::size_t>(Measure::measure_count)>;
inline double& at(MeasureValues& values, Measure measure) {
  return values[static_cast<std::size_t>(measure)];
}

// Fixed, so that no training is needed to compute a feature: constants estimated from the data
// would have to be estimated anew for each date.
inline constexpr double kPriorOrders = 0.5;  // orders an account brings before its first
inline constexpr double kPriorDays = 60;     // ... and the days they took
// Odds of having left: at a first order, and how they grow with silence (Pareto/NBD's shape).
inline constexpr double kPriorLeaving = 0.6;
inline constexpr double kPriorLeavingOrders = 0.3;
inline constexpr double kPriorLargerShare = 1.0 / 3;
inline constexpr double kPriorLargerOrders = 3;
inline constexpr double kPriorLogVariance = 0.8;  // of log amounts
inline constexpr double kPriorLogDegrees = 2;

// What products are worth knowing: made once from the vocabulary.
class ProductTraits {
 public:
  explicit ProductTraits(const Vocabulary& vocabulary);
  std::size_t size() const { return family.size(); }
  std::size_t family_count = 0;
  std::vector<std::uint32_t> family;  // by product; 0: none
  std::vector<signed char> premium;   // 1 the dearer half of its family, 0 not, -1 not known
};

// Measures of an account's won orders and their lines; all else is left as it is.
class OrderMeasures {
 public:
  OrderMeasures(const Vocabulary& vocabulary, const ScoringSettings& settings);
  void compute(const OrderBook& book, const OrderView& view, const Moment& moment,
               MeasureValues& out);

 private:
  void rhythm(const OrderView& view, const Moment& moment, MeasureValues& out) const;
  void size(const OrderView& view, const Moment& moment, MeasureValues& out) const;
  void larger(const OrderView& view, const Moment& moment, MeasureValues& out) const;
  void basket(const OrderBook& book, const OrderView& view, const Moment& moment,
              MeasureValues& out);
  int days_ago(Instant at, const Moment& moment) const;

  const ScoringSettings* settings_;
  ProductTraits traits_;
  // When a product or family was last seen, in a count of calls: clearing them would cost more.
  std::vector<std::uint32_t> product_seen_, product_seen_60_, product_seen_90_, family_seen_;
  std::uint32_t call_ = 0;
};

}  // namespace upselld::scoring
