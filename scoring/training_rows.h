// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/timeline.h"
#include "scoring/features.h"
#include "scoring/model.h"
#include "scoring/own_rule.h"
#include "scoring/past_totals.h"
#include "scoring/settings.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {

inline constexpr int kNoGrowthSeeds = 20;

// The eligible accounts of one snapshot, by account id.
struct DateRows {
  Day day;
  std::vector<std::uint32_t> account;      // index into TrainingRows::accounts
  std::vector<std::uint8_t> positive;      // as known at the end
  std::vector<Instant> positive_known_at;  // missing: not positive
  // Rows with an up-sell that was taken back later.
  struct WithdrawnRow {
    std::uint32_t row = 0;
    Withdrawn upsell;
  };
  std::vector<WithdrawnRow> withdrawn;
  std::vector<float> gain;  // of positives, see Label; NaN: not known
  std::vector<std::uint32_t> past_orders;
  std::vector<std::uint8_t> own_rule;  // see OwnRuleAnswer; empty: there is none
  std::vector<float> values;           // row after row, TrainingRows::columns wide
  std::size_t late_positives = 0;      // recorded a week or more after their date

  std::size_t size() const { return account.size(); }
  // The outcomes by what was known before a moment.
  std::vector<std::uint8_t> positive_before(Instant as_of) const;
};

// What a training learns from and is judged by.
struct TrainingRows {
  std::vector<std::string> accounts;   // CRM ids, ascending
  std::vector<std::uint32_t> columns;  // of the feature table: those a model may use
  std::vector<DateRows> dates;         // finished snapshots, oldest first
  Dictionaries dictionaries;
  Instant data_begins = Instant::missing();
  std::size_t account_count = 0;         // with a won order
  double sampled_share = 1;              // of accounts, when there were too many rows
  std::vector<std::string> left_out;     // features that were not recorded for long enough
  std::vector<std::string> near_unique;  // attributes whose texts name accounts: none is kept
  // By column: missing where there is something as long as there is anything. A past date learns
  // only from what was recorded before its own first snapshot.
  std::vector<Instant> recorded_since;
  // For the leak checks. By column: an attribute without a recorded past.
  std::vector<std::uint8_t> without_past;
  std::array<Totals, kTotalNames.size()> totals;  // by account
  std::vector<std::string> future_readers;        // features that the removal of the future moves
  // Positives of the newest date after each account's order amounts were shuffled in time.
  std::array<std::size_t, kNoGrowthSeeds> no_growth{};
};

// Two walks over the source, and a third over one share of it that hides the future. No orders, no
// snapshot and so on give empty rows, not an error.
Result<TrainingRows> gather_rows(const TimelineSource& source, const FeatureTable& table,
                                 const ScoringSettings& settings, Instant now, unsigned threads,
                                 const OwnRuleAnswer& own_rule = {});

}  // namespace upselld::scoring
