// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace upselld::scoring {

// `days`: on how many local days there was one.
enum class Aggregate : std::uint8_t {
  count,
  sum,
  mean,
  median,
  max,
  min,
  last,
  trend,
  days,
  days_since
};

// In the place of an activity kind: all of them.
inline constexpr int kAnyKind = -2;

// Orders that a feature counts. `won` is every kind of won order.
enum class OrderClass : std::uint8_t {
  won,
  new_business,
  renewal,
  upsell,
  cross_sell,
  cancelled,
  lost,
  open
};

// Numbers with a name of their own; each is explained by its row in feature_catalog.cpp.
enum class Measure : std::uint8_t {
  recency_bucket,
  tenure_days,
  overdue_ratio,
  last_order_on,
  days_since_touch,
  order_days,
  interval_mean,
  interval_spread,
  interval_last,
  order_rate,
  expected_orders,
  order_chance,
  recent_rate_ratio,
  decayed_orders_14,
  decayed_orders_45,
  decayed_orders_120,
  recency_share,
  silence_chance,
  active_chance,
  expected_orders_active,
  expected_larger_active,
  expected_larger_active_counts,
  count_14,
  count_61_to_120,
  amount_spread,
  amount_variation,
  amount_spread_log,
  momentum_3,
  last_over_median,
  max_over_median,
  largest_share,
  decayed_spend_14,
  decayed_spend_45,
  decayed_spend_120,
  larger_share,
  larger_count_90,
  days_since_larger,
  decayed_larger_14,
  decayed_larger_45,
  decayed_larger_120,
  larger_chance_one,
  expected_larger,
  expected_larger_shape,
  larger_chance,
  largest_90_ratio,
  last_was_larger,
  products,
  products_90,
  families,
  premium_share,
  lines_per_order,
  lines_last,
  units_per_line,
  price_mean,
  repeat_share,
  products_60,
  units,
  cancellation_share,
  open_upsell_orders,
  cases_open,
  cases_escalated_open,
  clicks_per_visit_30,
  offer_last_outcome,
  measure_count
};

enum class AttributeRole : std::uint8_t { value, days_since, days_until };

// How one feature is computed; names and texts stand in FeatureInfo.
struct FeatureSpec {
  enum class Source : std::uint8_t { activity, order, measure, attribute };
  Source source = Source::measure;
  Aggregate aggregate = Aggregate::count;
  OrderClass order_class = OrderClass::won;
  Measure measure = Measure::tenure_days;
  AttributeRole role = AttributeRole::value;
  int index = -1;       // activity kind, kAnyKind or attribute; -1: not in the data, so missing
  int window_days = 0;  // 0: all that is known
};

}  // namespace upselld::scoring
