// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "scoring/training_rows.h"

namespace upselld::scoring {

// The feature by which accounts are put into size classes.
inline constexpr const char* kUsualOrder = "order_amount_median";

// How much an up-sell brings, by the size of the account's usual order, in the reporting currency.
struct Gains {
  std::size_t upsells = 0;  // with a known amount
  double cap = 0;           // greater gains were counted as this one: 99 % are below
  double mean = 0;
  std::vector<float> starts;         // usual amounts at which the second, third ... class begin
  std::vector<double> gain;          // by class, drawn towards the mean; empty: not known
  std::vector<std::size_t> counted;  // up-sells by class

  bool known() const { return !gain.empty(); }
  // Of an account with such a usual order; NaN: it has none.
  double of(float usual) const;
};

// From the up-sells of the dates of a span that were known before `as_of`. Only of dates whose
// label windows do not overlap, the newest first: an up-sell is one, however many snapshots see it.
// Too few amounts: not known.
Gains learn_gains(const TrainingRows& rows, const FeatureTable& table,
                  const ScoringSettings& settings, SnapshotSpan dates, Instant as_of);
// The column of `rows` that holds the usual order; as many as there are columns: none.
std::size_t usual_column(const TrainingRows& rows, const FeatureTable& table);

}  // namespace upselld::scoring
