// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "scoring/activity_book.h"
#include "scoring/features.h"
#include "scoring/model.h"
#include "scoring/order_book.h"
#include "scoring/order_measures.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {

// Computes an account's rows for many moments in one go over its events. Nothing known at or after
// a moment's `upper` takes part in its row. Used by one thread; everything given outlives it.
class FeaturePass {
 public:
  // `dictionaries` gives category texts their codes. `moments` are in the order of time.
  FeaturePass(const FeatureTable& table, const Vocabulary& vocabulary,
              const ScoringSettings& settings, std::vector<Moment> moments,
              const Dictionaries& dictionaries);

  // Begins with another account. The timeline outlives the calls below.
  void open(const Timeline& timeline);
  const std::vector<Moment>& moments() const { return moments_; }
  const OrderBook& book() const { return orders_; }
  // The orders as known at a moment; valid until the next view or row. Cheap beside a row.
  const OrderView& view(std::size_t moment);
  // One value per feature of the table; valid until the next row.
  std::span<const float> row(std::size_t moment);

 private:
  // `since` is where the feature's window begins.
  double value_of(const FeatureSpec& spec, const Moment& moment, Instant since);
  double of_activity(const FeatureSpec& spec, const Moment& moment, Instant since);
  double of_orders(const FeatureSpec& spec, const Moment& moment, Instant since);
  double of_attribute(const FeatureSpec& spec, const Moment& moment) const;
  void measure_activities(const Moment& moment);
  void measure_cases(const Moment& moment);
  double days_since(Instant at, const Moment& moment) const;
  double days_of(std::span<const Instant> times) const;

  const FeatureTable* table_;
  const Vocabulary* vocabulary_;
  const ScoringSettings* settings_;
  std::vector<Moment> moments_;
  std::vector<Instant> since_;  // by moment and feature; no window: missing
  std::vector<std::map<std::string, float, std::less<>>> codes_;  // by attribute
  OrderBook orders_;
  ActivityBook activities_;
  OrderMeasures measures_;
  int visit_, click_, view_kind_, pricing_, meeting_, reply_, login_, accepted_, declined_;
  int opened_, closed_, escalated_;
  bool has_measures_;

  const Timeline* timeline_ = nullptr;
  OrderView seen_;
  std::size_t seen_moment_ = SIZE_MAX;
  MeasureValues values_{};
  std::vector<double> scratch_;
  std::vector<Instant> times_;
  std::vector<float> row_;
};

}  // namespace upselld::scoring
