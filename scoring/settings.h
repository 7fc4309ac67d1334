// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/records.h"
#include "core/time_zone.h"

namespace upselld::scoring {

// What counts as an up-sell.
enum class TargetKind {
  larger_order,        // a won order of at least `growth` times the usual one
  won_opportunity,     // a won order of one of `kinds`
  labelled,            // an activity of one of `outcomes`
  attribute_increase,  // `attribute` rises above what it was
};
const char* to_text(TargetKind kind);

// Whether an order that was cancelled or refunded within 30 days still is an up-sell.
enum class LaterCancelled { counts, does_not_count };
const char* to_text(LaterCancelled rule);

struct Target {
  TargetKind kind = TargetKind::larger_order;
  Duration horizon = days(60);  // whole days
  double growth = 1.2;
  std::vector<OrderKind> kinds = {OrderKind::upsell, OrderKind::cross_sell};
  std::vector<std::string> outcomes = {"offer_accepted"};
  std::string attribute = {};  // a number or an ordered text whose changes are recorded
  LaterCancelled later_cancelled = LaterCancelled::does_not_count;

  int horizon_days() const { return static_cast<int>(horizon.ms / days(1).ms); }
};

// Where snapshots stand. 0: monthly on the first.
struct SnapshotSpacing {
  int every_days = 0;
};

// The built-in learner settings; they were chosen by measurement, see docs/scoring.md.
struct LearnerSettings {
  double line_strength = 300;
  int rounds = 100;
  int depth = 3;
  double eta = 0.05;
  double row_share = 0.6;
  double column_share = 0.4;
  int bins = 64;
  int seed = 1;
  std::size_t line_rows_max = 200'000;
  std::size_t tree_rows_max = 400'000;
  // Asked again and again during a training, by any of its threads: after each account read, each
  // round, each step of a line. Once it has said no it goes on saying so, and the training ends as
  // cancelled. Empty: never asked. Changes no result.
  std::function<bool()> goes_on = {};

  bool stopped() const { return goes_on && !goes_on(); }
};

// What a contact costs and what an up-sell brings. Decides no score: what is told of its worth.
struct Money {
  std::optional<double> cost_of_contact;  // in the reporting currency
  std::optional<double> margin;           // share of an amount that is profit
  std::optional<double> effect;           // share of up-sells that happen because of a contact

  bool known() const { return cost_of_contact && margin && effect; }
  // The least likelihood x gain at which a contact is worth its cost; NaN: not known.
  double worth_from() const;
};

// What an admin adds to the built-in features.
struct FeatureAdditions {
  std::vector<std::string> learn;                // names that models learn from, too
  std::map<std::string, std::string> sentences;  // by feature, in place of the built-in one
};

// Everything that decides a score besides the data.
struct ScoringSettings {
  Target target;
  TimeZone zone = TimeZone::utc();
  std::string currency = "EUR";  // of reports and features
  // Units of the reporting currency per unit of another. An amount in a currency without a rate is
  // not known; the reporting currency itself needs none.
  std::map<std::string, double> currency_rates;
  SnapshotSpacing spacing;
  FeatureAdditions features;
  unsigned threads = 1;  // never changes a result
  LearnerSettings learner;
  Money money;
};

}  // namespace upselld::scoring
