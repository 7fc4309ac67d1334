// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/timeline.h"
#include "scoring/feature_spec.h"

namespace upselld::scoring {

// Events of one kind in the order of their times, with running sums.
struct KindEvents {
  std::vector<Instant> at, known_at, known_max;
  std::vector<double> value, sum;     // sum[i]: of the values before i; one longer than `at`
  std::vector<std::uint32_t> valued;  // how many of those had a value
  std::vector<std::uint64_t> thread;

  void clear();
  void add(const ActivityEvent& event);
};

// The activities of one account by kind, and what was known of them before a moment.
class ActivityBook {
 public:
  explicit ActivityBook(const Vocabulary& vocabulary);

  void open(const Timeline& timeline);
  // The events of `kind` known before `upper` are the first `size` of `events`.
  struct Slice {
    const KindEvents* events = nullptr;
    std::size_t size = 0;
  };
  // kAnyKind: of all kinds. -1 and kinds without events give an empty slice. Valid until the next
  // call for that kind.
  Slice known(int kind, Instant upper);
  // Index of a kind, or -1.
  int kind_named(std::string_view name) const;

 private:
  Slice find(std::size_t kind, Instant upper);
  // The newest answer for a kind: each is asked for again and again.
  struct Asked {
    Instant upper = Instant::missing();
    Slice slice;
  };

  std::vector<std::string> names_;
  const Timeline* timeline_ = nullptr;
  bool has_any_ = false;              // the account's events of all kinds were gathered
  std::vector<KindEvents> kinds_;     // beyond the names: of all kinds
  std::vector<KindEvents> filtered_;  // for events that became known later than their successors
  std::vector<Asked> asked_;
};

// `from` is the index of the first event of the window. Counts and sums of nothing are 0, all else
// is NaN. days and days_since are not done here.
double aggregate_of(Aggregate aggregate, const ActivityBook::Slice& slice, std::size_t from);
double aggregate_of_values(Aggregate aggregate, std::span<const double> values, std::size_t count);

}  // namespace upselld::scoring
