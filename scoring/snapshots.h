// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "core/instant.h"
#include "core/timeline.h"
#include "scoring/order_book.h"
#include "scoring/settings.h"

namespace upselld::scoring {

inline constexpr int kSnapshotMonthsMax = 24;
inline constexpr int kDaysBeforeFirstSnapshot = 60;
inline constexpr std::size_t kDatesToChoose = 3;  // with fewer the built-in settings are used

// A date at which features are read. Windows count back from `midnight`, the local start of `day`,
// and end at `upper`, which is later only when scoring in the course of a day.
struct Moment {
  Day day;
  Instant midnight;
  Instant upper;
};
Moment moment_at_start_of(Day day, const TimeZone& zone);
Moment moment_now(Instant now, const TimeZone& zone);

// The calendar of snapshots whose label windows ended at or before `now`, oldest first, as far back
// as the oldest date that is asked learns from. It depends on where the data begins and on nothing
// else in it.
std::vector<Day> finished_snapshots(Instant data_begins, Instant now,
                                    const ScoringSettings& settings);
// The first moment after the label window of a snapshot.
Instant window_end(Day snapshot, const ScoringSettings& settings);

// Where snapshots may begin to count from: the first order, or, where an attribute is to rise,
// since when its changes are recorded if that is later. Missing: there is no such time yet.
Instant outcomes_begin(Instant data_begins, const Vocabulary& vocabulary, const Target& target);

// Which dates a training as of `now` uses for what; indices into `finished`.
struct Judging {
  std::vector<std::size_t> rolling;  // oldest first, at most six
  std::optional<std::size_t> test;
};
Judging judging_of(const std::vector<Day>& finished, const ScoringSettings& settings);
// The dates at which candidates are asked: those that are judged, and those by which these choose.
std::set<std::size_t> asked_dates(const std::vector<Day>& finished,
                                  const ScoringSettings& settings);
// The dates by which the procedure as of the start of one of `finished` chooses.
std::vector<std::size_t> rolling_as_of(const std::vector<Day>& finished, std::size_t date,
                                       const ScoringSettings& settings);

// Snapshots from `first` up to, and without, `last`.
struct SnapshotSpan {
  std::size_t first = 0, last = 0;
  std::size_t size() const { return last - first; }
};
// What the procedure as of `as_of` learns from: what had ended by then, at most 24 months back.
SnapshotSpan learnt_by(const std::vector<Day>& finished, Instant as_of,
                       const ScoringSettings& settings);
// How many of `finished` had ended by `as_of`.
std::size_t finished_by(const std::vector<Day>& finished, Instant as_of,
                        const ScoringSettings& settings);

// An account may be up-sold and has a history. Needs the book's view of the moment. Orders that are
// open say nothing here: of those that were open at the moment only the ones are told that never
// ended, and to leave these out would leave out failures alone.
bool is_eligible(const AccountFacts& account, const OrderView& view, const Moment& moment);

// The least amount of a larger order, for an account whose usual order has `usual`.
double larger_from(double usual, const Target& target);
// Whether a won order of that kind is an up-sell where opportunities are the target.
bool is_target_kind(OrderKind kind, const Target& target);

// An up-sell that was known from one moment on, until it was known to be taken back.
struct Withdrawn {
  Instant known_at, taken_back_at;
};

struct Label {
  bool positive = false;
  Instant known_at = Instant::missing();  // since when the positive was known
  bool late = false;                      // that was a week or more after it happened
  // What came with the up-sells, in the reporting currency: above the account's usual order where
  // a larger order is the target. NaN: not known.
  double gain = std::numeric_limits<double>::quiet_NaN();
  std::vector<Withdrawn> withdrawn;  // up-sells that are none any more
};
// The outcome of one account in [snapshot, snapshot + horizon). `view` is the book at the snapshot.
Label label_of(const Timeline& timeline, const OrderBook& book, const OrderView& view,
               const Moment& moment, const Vocabulary& vocabulary, const ScoringSettings& settings);

}  // namespace upselld::scoring
