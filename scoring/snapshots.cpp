// SPDX-License-Identifier: Apache-2.0
#include "scoring/snapshots.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace upselld::scoring {
namespace {

constexpr std::size_t kRollingDatesMax = 6;
constexpr std::size_t kTrainingSnapshotsMin = 2;
constexpr int kMonthDaysMax = 31;
constexpr int kLateDays = 7;
// Amounts are sums of binary fractions: 120.00 must count as 1.2 times 100.00.
constexpr double kAmountSlack = 1e-9;

Day next_first(Day day) {
  const Civil civil = civil_of(day);
  if (civil.day == 1) return day;
  return civil.month == 12 ? Day::of_civil(civil.year + 1, 1, 1)
                           : Day::of_civil(civil.year, civil.month + 1, 1);
}

Day months_before(Day day, int months) {
  const Civil civil = civil_of(day);
  const int month = civil.year * 12 + static_cast<int>(civil.month) - 1 - months;
  return Day::of_civil(month / 12, static_cast<unsigned>(month % 12 + 1), 1);
}

void note(Label& label, Instant at, Instant known_at) {
  if (!label.positive || known_at < label.known_at) {
    label.known_at = known_at;
    label.late = known_at - at >= days(kLateDays);
  }
  label.positive = true;
}

Label label_of_orders(const OrderBook& book, const OrderView& view, Instant from, Instant until,
                      const ScoringSettings& settings) {
  const Target& target = settings.target;
  const bool larger = target.kind == TargetKind::larger_order;
  Label label;
  if (larger && std::isnan(view.usual)) return label;
  const double amount_min = larger ? larger_from(view.usual, target) : 0;
  for (const auto& placed : book.placed_in(from, until, amount_min)) {
    if (!placed.order.won) continue;
    if (larger ? !(placed.order.amount > 0 && placed.order.amount >= amount_min)
               : !is_target_kind(placed.order.kind, target)) {
      continue;
    }
    if (!placed.taken_back_at.is_missing()) {
      if (placed.known_at < placed.taken_back_at) {
        label.withdrawn.push_back({placed.known_at, placed.taken_back_at});
      }
      continue;
    }
    note(label, placed.order.at, placed.known_at);
    const double amount = placed.order.amount;
    if (larger) {
      label.gain =
          std::isnan(label.gain) ? amount - view.usual : std::max(label.gain, amount - view.usual);
    } else if (!std::isnan(amount)) {
      label.gain = (std::isnan(label.gain) ? 0 : label.gain) + amount;
    }
  }
  return label;
}

std::optional<std::size_t> attribute_of(const Target& target, const Vocabulary& vocabulary) {
  for (std::size_t i = 0; i < vocabulary.attributes.size(); ++i) {
    if (vocabulary.attributes[i].name == target.attribute) return i;
  }
  return std::nullopt;
}

// How high a value is: itself, or its place in the order that the admin gave. NaN: not known.
double height_of(const AttributeSpec& spec, const AttributeValue& value) {
  if (spec.kind != AttributeKind::ordered_text) return value.number;
  const auto at = std::find(spec.order.begin(), spec.order.end(), value.text);
  return at == spec.order.end() ? std::nan("") : static_cast<double>(at - spec.order.begin());
}

// Above what it was at the snapshot; an account whose value was not known then cannot rise.
Label label_of_rise(const Timeline& timeline, Instant from, Instant until,
                    const Vocabulary& vocabulary, const Target& target) {
  Label label;
  const auto attribute = attribute_of(target, vocabulary);
  if (!attribute) return label;
  double before = std::nan("");
  for (const AttributeChange& change : timeline.changes) {
    if (change.attribute != *attribute || change.known_at >= until) continue;
    const double height = height_of(vocabulary.attributes[*attribute], change.value);
    if (change.known_at < from) {
      before = height;
    } else if (height > before) {
      note(label, change.known_at, change.known_at);
    }
  }
  return label;
}

}  // namespace

double larger_from(double usual, const Target& target) {
  return target.growth * usual * (1 - kAmountSlack);
}

bool is_target_kind(OrderKind kind, const Target& target) {
  return std::find(target.kinds.begin(), target.kinds.end(), kind) != target.kinds.end();
}

const char* to_text(TargetKind kind) {
  switch (kind) {
    case TargetKind::larger_order:
      return "larger_order";
    case TargetKind::won_opportunity:
      return "won_opportunity";
    case TargetKind::labelled:
      return "labelled";
    case TargetKind::attribute_increase:
      return "attribute_increase";
  }
  return "";
}

const char* to_text(LaterCancelled rule) {
  switch (rule) {
    case LaterCancelled::counts:
      return "counts";
    case LaterCancelled::does_not_count:
      return "does_not_count";
  }
  return "";
}

Moment moment_at_start_of(Day day, const TimeZone& zone) {
  const Instant midnight = zone.start_of(day);
  return {day, midnight, midnight};
}

Moment moment_now(Instant now, const TimeZone& zone) {
  const Day day = zone.day_of(now);
  return {day, zone.start_of(day), now};
}

Instant window_end(Day snapshot, const ScoringSettings& settings) {
  return settings.zone.start_of(snapshot + settings.target.horizon_days());
}

std::vector<Day> finished_snapshots(Instant data_begins, Instant now,
                                    const ScoringSettings& settings) {
  std::vector<Day> found;
  if (data_begins.is_missing() || data_begins >= now) return found;
  const int step = settings.spacing.every_days;
  // No date that is asked stands further back: two windows before the newest, and as many again
  // before the oldest of those.
  const int reach = 4 * settings.target.horizon_days() +
                    2 * static_cast<int>(kRollingDatesMax + 1) * std::max(step, kMonthDaysMax);
  const Day earliest =
      std::max(settings.zone.day_of(data_begins) + kDaysBeforeFirstSnapshot,
               months_before(settings.zone.day_of(now) - reach, kSnapshotMonthsMax));
  Day day = earliest;
  if (step <= 0) {
    day = next_first(earliest);
  } else if (const int past = earliest.number % step; past != 0) {
    day = earliest + (step - past);  // counted from 1970, so that more data moves no snapshot
  }
  while (window_end(day, settings) <= now) {
    found.push_back(day);
    day = step <= 0 ? next_first(day + 1) : day + step;
  }
  const std::set<std::size_t> asked = asked_dates(found, settings);
  if (asked.empty()) return found;
  const Day oldest = found[*asked.begin()];
  std::erase_if(
      found, [from = months_before(oldest, kSnapshotMonthsMax)](Day each) { return each < from; });
  return found;
}

Instant outcomes_begin(Instant data_begins, const Vocabulary& vocabulary, const Target& target) {
  if (target.kind != TargetKind::attribute_increase) return data_begins;
  const auto attribute = attribute_of(target, vocabulary);
  if (!attribute || data_begins.is_missing()) return Instant::missing();
  const Instant since = vocabulary.recorded_since[*attribute];
  return since.is_missing() ? since : std::max(since, data_begins);
}

std::size_t finished_by(const std::vector<Day>& finished, Instant as_of,
                        const ScoringSettings& settings) {
  const auto end = std::partition_point(finished.begin(), finished.end(), [&](Day day) {
    return window_end(day, settings) <= as_of;
  });
  return static_cast<std::size_t>(end - finished.begin());
}

SnapshotSpan learnt_by(const std::vector<Day>& finished, Instant as_of,
                       const ScoringSettings& settings) {
  const Day from = months_before(settings.zone.day_of(as_of), kSnapshotMonthsMax);
  const auto first = std::lower_bound(finished.begin(), finished.end(), from);
  SnapshotSpan span{static_cast<std::size_t>(first - finished.begin()),
                    finished_by(finished, as_of, settings)};
  span.last = std::max(span.first, span.last);
  return span;
}

std::vector<std::size_t> rolling_as_of(const std::vector<Day>& finished, std::size_t date,
                                       const ScoringSettings& settings) {
  std::vector<Day> then = finished;
  then.resize(finished_by(finished, settings.zone.start_of(finished[date]), settings));
  return judging_of(then, settings).rolling;
}

std::set<std::size_t> asked_dates(const std::vector<Day>& finished,
                                  const ScoringSettings& settings) {
  const Judging plan = judging_of(finished, settings);
  std::set<std::size_t> asked(plan.rolling.begin(), plan.rolling.end());
  if (plan.test) asked.insert(*plan.test);
  const std::vector<std::size_t> judged(asked.begin(), asked.end());
  for (const std::size_t date : judged) {
    const auto earlier = rolling_as_of(finished, date, settings);
    // Fewer are no choice: not worth the fits.
    if (earlier.size() >= kDatesToChoose) asked.insert(earlier.begin(), earlier.end());
  }
  return asked;
}

Judging judging_of(const std::vector<Day>& finished, const ScoringSettings& settings) {
  Judging judging;
  if (finished.empty()) return judging;
  judging.test = finished.size() - 1;
  const Instant test_at = settings.zone.start_of(finished.back());
  for (std::size_t i = 0; i < finished.size(); ++i) {
    if (window_end(finished[i], settings) > test_at) break;
    const Instant at = settings.zone.start_of(finished[i]);
    if (learnt_by(finished, at, settings).size() < kTrainingSnapshotsMin) continue;
    judging.rolling.push_back(i);
  }
  if (judging.rolling.size() > kRollingDatesMax) {
    judging.rolling.erase(judging.rolling.begin(), judging.rolling.end() - kRollingDatesMax);
  }
  return judging;
}

bool is_eligible(const AccountFacts& account, const OrderView& view, const Moment& moment) {
  if (!account.in_scope || account.opted_out) return false;
  if (!account.deleted_at.is_missing() && account.deleted_at < moment.upper) return false;
  return !view.won.empty();
}

Label label_of(const Timeline& timeline, const OrderBook& book, const OrderView& view,
               const Moment& moment, const Vocabulary& vocabulary,
               const ScoringSettings& settings) {
  const Instant from = moment.midnight, until = window_end(moment.day, settings);
  const Target& target = settings.target;
  if (target.kind == TargetKind::attribute_increase) {
    return label_of_rise(timeline, from, until, vocabulary, target);
  }
  if (target.kind != TargetKind::labelled) {
    return label_of_orders(book, view, from, until, settings);
  }
  Label label;
  for (const ActivityEvent& event : timeline.activities) {
    const auto& outcomes = target.outcomes;
    if (event.at >= from && event.at < until &&
        std::find(outcomes.begin(), outcomes.end(), vocabulary.activity_kinds[event.kind]) !=
            outcomes.end()) {
      note(label, event.at, event.known_at);
    }
  }
  return label;
}

}  // namespace upselld::scoring
