// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/instant.h"

namespace upselld {

// A feature as people and rules know it. The row's index is its place in the run's feature table.
struct FeatureInfo {
  enum class Kind { number, category, instant };
  std::string name;      // order_count_90d
  std::string unit;      // "orders", "days", "EUR", "share", ""
  std::string group;     // recency, frequency, order_size, engagement, friction, offers, products,
                         // attributes
  std::string sentence;  // how a value is told, see scoring/sentences.h
  Kind kind = Kind::number;
  bool in_model = false;
};

// The likelihood's log-odds, split by feature group. They and `base` sum to the margin.
struct Reason {
  std::string group;
  std::string feature;      // the member with the largest own contribution
  double value = 0;         // of that feature; NaN: missing
  double contribution = 0;  // of the whole group, in log-odds
  std::string text;         // "3 orders since 18 Oct, usual 1: raises the likelihood"
};

// One account's score. Under the rule scorer `has_probability` may be false; `rank_value` orders
// accounts in every case (expected gain: probability x gain, gain = 1 unless settings say more).
struct Score {
  std::string model_version;  // "2026-11-01-1a2b3c4d" or "rules-1"
  bool has_probability = false;
  double probability = 0;
  double margin = 0;  // log-odds
  double base = 0;    // log-odds of the average account
  double rank_value = 0;
  std::vector<Reason> reasons;  // largest |contribution| first
};

}  // namespace upselld
