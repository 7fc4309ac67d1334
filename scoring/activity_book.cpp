// SPDX-License-Identifier: Apache-2.0
#include "scoring/activity_book.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace upselld::scoring {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void KindEvents::clear() {
  at.clear();
  known_at.clear();
  known_max.clear();
  value.clear();
  thread.clear();
  sum.assign(1, 0.0);
  valued.assign(1, 0);
}

void KindEvents::add(const ActivityEvent& event) {
  at.push_back(event.at);
  known_at.push_back(event.known_at);
  known_max.push_back(known_max.empty() ? event.known_at
                                        : std::max(known_max.back(), event.known_at));
  value.push_back(event.value);
  thread.push_back(event.thread);
  const bool has_value = !std::isnan(event.value);
  sum.push_back(sum.back() + (has_value ? event.value : 0.0));
  valued.push_back(valued.back() + (has_value ? 1 : 0));
}

ActivityBook::ActivityBook(const Vocabulary& vocabulary)
    : names_(vocabulary.activity_kinds),
      kinds_(names_.size() + 1),
      filtered_(kinds_.size()),
      asked_(kinds_.size()) {}

void ActivityBook::open(const Timeline& timeline) {
  timeline_ = &timeline;
  has_any_ = false;
  for (Asked& asked : asked_) asked.upper = Instant::missing();
  for (KindEvents& kind : kinds_) kind.clear();
  for (const ActivityEvent& event : timeline.activities) {
    if (event.kind < names_.size()) kinds_[event.kind].add(event);
  }
}

int ActivityBook::kind_named(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? -1 : static_cast<int>(found - names_.begin());
}

ActivityBook::Slice ActivityBook::known(int kind, Instant upper) {
  if (kind == kAnyKind) {
    kind = static_cast<int>(names_.size());
    // Only now: few ask for it.
    if (!std::exchange(has_any_, true)) {
      for (const ActivityEvent& event : timeline_->activities) kinds_.back().add(event);
    }
  }
  if (kind < 0) return {};
  Asked& asked = asked_[static_cast<std::size_t>(kind)];
  if (asked.upper != upper) asked = {upper, find(static_cast<std::size_t>(kind), upper)};
  return asked.slice;
}

ActivityBook::Slice ActivityBook::find(std::size_t kind, Instant upper) {
  const KindEvents& all = kinds_[kind];
  const auto end = std::lower_bound(all.at.begin(), all.at.end(), upper);
  const auto size = static_cast<std::size_t>(end - all.at.begin());
  if (size == 0) return {&all, 0};
  if (all.known_max[size - 1] < upper) return {&all, size};
  KindEvents& some = filtered_[kind];
  some.clear();
  for (std::size_t i = 0; i < size; ++i) {
    if (all.known_at[i] >= upper) continue;
    some.add({.at = all.at[i],
              .known_at = all.known_at[i],
              .value = all.value[i],
              .thread = all.thread[i],
              .contact = 0,
              .kind = 0});
  }
  return {&some, some.at.size()};
}

double aggregate_of_values(Aggregate aggregate, std::span<const double> values, std::size_t count) {
  if (aggregate == Aggregate::count) return static_cast<double>(count);
  double sum = 0;
  for (const double value : values) sum += std::isnan(value) ? 0.0 : value;
  if (aggregate == Aggregate::sum) return sum;
  std::vector<double> known;
  for (const double value : values) {
    if (!std::isnan(value)) known.push_back(value);
  }
  if (known.empty()) return kUnknown;
  switch (aggregate) {
    case Aggregate::mean:
      return sum / static_cast<double>(known.size());
    case Aggregate::max:
      return *std::max_element(known.begin(), known.end());
    case Aggregate::min:
      return *std::min_element(known.begin(), known.end());
    case Aggregate::last:
      return known.back();
    case Aggregate::trend:
      return known.size() < 2 ? kUnknown : known.back() - known.front();
    case Aggregate::median: {
      std::sort(known.begin(), known.end());
      const std::size_t half = known.size() / 2;
      return known.size() % 2 == 1 ? known[half] : (known[half - 1] + known[half]) / 2;
    }
    case Aggregate::count:
    case Aggregate::sum:
    case Aggregate::days:
    case Aggregate::days_since:
      break;
  }
  return kUnknown;
}

double aggregate_of(Aggregate aggregate, const ActivityBook::Slice& slice, std::size_t from) {
  const std::size_t count = slice.size - from;
  if (aggregate == Aggregate::count) return static_cast<double>(count);
  const KindEvents& events = *slice.events;
  const double sum = events.sum[slice.size] - events.sum[from];
  if (aggregate == Aggregate::sum) return sum;
  const std::uint32_t valued = events.valued[slice.size] - events.valued[from];
  if (valued == 0) return kUnknown;
  if (aggregate == Aggregate::mean) return sum / valued;
  return aggregate_of_values(aggregate, std::span(events.value).subspan(from, count), count);
}

}  // namespace upselld::scoring
