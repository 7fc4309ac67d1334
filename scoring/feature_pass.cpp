// SPDX-License-Identifier: Apache-2.0
#include "scoring/feature_pass.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace upselld::scoring {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

bool belongs(const SeenOrder& order, OrderClass wanted) {
  switch (wanted) {
    case OrderClass::won:
      return order.won;
    case OrderClass::new_business:
      return order.won && order.kind == OrderKind::new_business;
    case OrderClass::renewal:
      return order.won && order.kind == OrderKind::renewal;
    case OrderClass::upsell:
      return order.won && order.kind == OrderKind::upsell;
    case OrderClass::cross_sell:
      return order.won && order.kind == OrderKind::cross_sell;
    case OrderClass::cancelled:
      return !order.won && order.status == OrderStatus::cancelled;
    case OrderClass::lost:
      return order.status == OrderStatus::lost;
    case OrderClass::open:
      return order.status == OrderStatus::open;
  }
  return false;
}

double count_since(const ActivityBook::Slice& slice, Instant since) {
  if (slice.size == 0) return 0;
  const auto begin = slice.events->at.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(slice.size);
  return static_cast<double>(end - std::lower_bound(begin, end, since));
}

// The threads of a slice, ascending; events without a thread are counted apart.
double threads_of(const ActivityBook::Slice& slice, std::vector<std::uint64_t>& threads) {
  threads.clear();
  double without = 0;
  for (std::size_t i = 0; i < slice.size; ++i) {
    const std::uint64_t thread = slice.events->thread[i];
    if (thread == 0) {
      ++without;
    } else {
      threads.push_back(thread);
    }
  }
  std::sort(threads.begin(), threads.end());
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
  return without;
}

double without(const std::vector<std::uint64_t>& all, const std::vector<std::uint64_t>& gone) {
  return static_cast<double>(std::count_if(all.begin(), all.end(), [&](std::uint64_t thread) {
    return !std::binary_search(gone.begin(), gone.end(), thread);
  }));
}

}  // namespace

FeaturePass::FeaturePass(const FeatureTable& table, const Vocabulary& vocabulary,
                         const ScoringSettings& settings, std::vector<Moment> moments,
                         const Dictionaries& dictionaries)
    : table_(&table),
      vocabulary_(&vocabulary),
      settings_(&settings),
      moments_(std::move(moments)),
      codes_(vocabulary.attributes.size()),
      orders_(vocabulary, settings),
      activities_(vocabulary),
      measures_(vocabulary, settings),
      visit_(activities_.kind_named("site_visit")),
      click_(activities_.kind_named("email_click")),
      view_kind_(activities_.kind_named("product_view")),
      pricing_(activities_.kind_named("pricing_visit")),
      meeting_(activities_.kind_named("meeting")),
      reply_(activities_.kind_named("email_reply")),
      login_(activities_.kind_named("login")),
      accepted_(activities_.kind_named("offer_accepted")),
      declined_(activities_.kind_named("offer_declined")),
      opened_(activities_.kind_named("case_opened")),
      closed_(activities_.kind_named("case_closed")),
      escalated_(activities_.kind_named("case_escalated")),
      has_measures_(std::any_of(
          table.specs().begin(), table.specs().end(),
          [](const FeatureSpec& spec) { return spec.source == FeatureSpec::Source::measure; })),
      row_(table.size()) {
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    const auto found = dictionaries.find(vocabulary.attributes[i].name);
    if (found == dictionaries.end()) continue;
    float code = 0;
    for (const std::string& text : found->second) codes_[i].emplace(text, code += 1);
  }
  for (const Moment& moment : moments_) {
    for (const FeatureSpec& spec : table.specs()) {
      since_.push_back(spec.window_days > 0 ? settings.zone.start_of(moment.day - spec.window_days)
                                            : Instant::missing());
    }
  }
}

void FeaturePass::open(const Timeline& timeline) {
  timeline_ = &timeline;
  orders_.open(timeline);
  activities_.open(timeline);
  seen_moment_ = SIZE_MAX;
}

const OrderView& FeaturePass::view(std::size_t moment) {
  if (seen_moment_ != moment) orders_.view(moments_[moment].upper, seen_);
  seen_moment_ = moment;
  return seen_;
}

std::span<const float> FeaturePass::row(std::size_t moment) {
  const Moment& when = moments_[moment];
  view(moment);
  if (has_measures_) {
    values_.fill(kUnknown);
    measures_.compute(orders_, seen_, when, values_);
    measure_activities(when);
    measure_cases(when);
  }
  const auto& specs = table_->specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Instant since = since_[moment * specs.size() + i];
    row_[i] = static_cast<float>(value_of(specs[i], when, since));
  }
  return row_;
}

double FeaturePass::value_of(const FeatureSpec& spec, const Moment& moment, Instant since) {
  switch (spec.source) {
    case FeatureSpec::Source::activity:
      return of_activity(spec, moment, since);
    case FeatureSpec::Source::order:
      return of_orders(spec, moment, since);
    case FeatureSpec::Source::measure:
      return at(values_, spec.measure);
    case FeatureSpec::Source::attribute:
      return of_attribute(spec, moment);
  }
  return kUnknown;
}

double FeaturePass::days_since(Instant at, const Moment& moment) const {
  return std::max(0, moment.day.number - settings_->zone.day_of(at).number);
}

// On how many local days they were; `times` ascend.
double FeaturePass::days_of(std::span<const Instant> times) const {
  double count = 0;
  Day last{};
  for (const Instant at : times) {
    const Day day = settings_->zone.day_of(at);
    if (count == 0 || day != last) ++count;
    last = day;
  }
  return count;
}

double FeaturePass::of_activity(const FeatureSpec& spec, const Moment& moment, Instant since) {
  const bool any_kind = spec.index == kAnyKind && !vocabulary_->activity_kinds.empty();
  if (spec.index < 0 && !any_kind) return kUnknown;
  const ActivityBook::Slice slice = activities_.known(spec.index, moment.upper);
  if (spec.aggregate == Aggregate::days_since) {
    if (slice.size == 0) return kUnknown;
    return days_since(slice.events->at[slice.size - 1], moment);
  }
  const bool counts_days = spec.aggregate == Aggregate::days;
  if (slice.size == 0) return counts_days ? 0 : aggregate_of_values(spec.aggregate, {}, 0);
  std::size_t from = 0;
  if (spec.window_days > 0) {
    from = slice.size - static_cast<std::size_t>(count_since(slice, since));
  }
  if (!counts_days) return aggregate_of(spec.aggregate, slice, from);
  return days_of(std::span(slice.events->at).subspan(from, slice.size - from));
}

double FeaturePass::of_orders(const FeatureSpec& spec, const Moment& moment, Instant since) {
  scratch_.clear();
  times_.clear();
  for (const SeenOrder& order : seen_.all) {
    if (!belongs(order, spec.order_class) || order.at < since) continue;
    scratch_.push_back(order.amount);
    times_.push_back(order.at);
  }
  if (spec.aggregate == Aggregate::days) return days_of(times_);
  if (spec.aggregate == Aggregate::days_since) {
    return times_.empty() ? kUnknown : days_since(times_.back(), moment);
  }
  return aggregate_of_values(spec.aggregate, scratch_, scratch_.size());
}

double FeaturePass::of_attribute(const FeatureSpec& spec, const Moment& moment) const {
  const auto attribute = static_cast<std::size_t>(spec.index);
  const AttributeValue* newest = nullptr;
  for (const AttributeChange& change : timeline_->changes) {
    if (change.attribute == attribute && change.known_at < moment.upper) newest = &change.value;
  }
  if (newest == nullptr) return kUnknown;
  const AttributeSpec& known = vocabulary_->attributes[attribute];
  switch (known.kind) {
    case AttributeKind::number:
    case AttributeKind::boolean:
      return newest->number;
    case AttributeKind::text: {
      if (newest->text.empty()) return kUnknown;
      const auto code = codes_[attribute].find(newest->text);
      return code == codes_[attribute].end() ? 0.0 : static_cast<double>(code->second);
    }
    case AttributeKind::ordered_text: {
      const auto place = std::find(known.order.begin(), known.order.end(), newest->text);
      if (place == known.order.end()) return kUnknown;
      return static_cast<double>(place - known.order.begin());
    }
    case AttributeKind::instant:
      break;
  }
  if (std::isnan(newest->number)) return kUnknown;
  const Day day = settings_->zone.day_of({static_cast<std::int64_t>(newest->number)});
  if (spec.role == AttributeRole::value) return day.number;
  const double since = moment.day.number - day.number;
  return spec.role == AttributeRole::days_since ? since : -since;
}

void FeaturePass::measure_activities(const Moment& moment) {
  const Instant month = settings_->zone.start_of(moment.day - 30);
  const double visits = count_since(activities_.known(visit_, moment.upper), month);
  double clicks = 0;
  for (const int kind : {click_, view_kind_, pricing_}) {
    clicks += count_since(activities_.known(kind, moment.upper), month);
  }
  at(values_, Measure::clicks_per_visit_30) = visits > 0 ? clicks / visits : kUnknown;

  Instant touch = seen_.won.empty() ? Instant::missing() : seen_.won.back().at;
  for (const int kind : {meeting_, reply_, login_}) {
    const auto slice = activities_.known(kind, moment.upper);
    if (slice.size > 0) touch = std::max(touch, slice.events->at[slice.size - 1]);
  }
  at(values_, Measure::days_since_touch) =
      touch.is_missing() ? kUnknown : days_since(touch, moment);

  const auto yes = activities_.known(accepted_, moment.upper);
  const auto no = activities_.known(declined_, moment.upper);
  const Instant last_yes = yes.size > 0 ? yes.events->at[yes.size - 1] : Instant::missing();
  const Instant last_no = no.size > 0 ? no.events->at[no.size - 1] : Instant::missing();
  const bool answered = !last_yes.is_missing() || !last_no.is_missing();
  at(values_, Measure::offer_last_outcome) = !answered ? kUnknown : last_yes > last_no ? 1 : 0;
}

void FeaturePass::measure_cases(const Moment& moment) {
  if (opened_ < 0 && escalated_ < 0) return;
  std::vector<std::uint64_t> opened, closed, escalated;
  const double opened_loose = threads_of(activities_.known(opened_, moment.upper), opened);
  const double closed_loose = threads_of(activities_.known(closed_, moment.upper), closed);
  const double escalated_loose = threads_of(activities_.known(escalated_, moment.upper), escalated);
  const double open_loose = std::max(0.0, opened_loose - closed_loose);
  at(values_, Measure::cases_open) = without(opened, closed) + open_loose;
  // An escalation that names no case counts while any such case is open.
  at(values_, Measure::cases_escalated_open) =
      without(escalated, closed) + std::min(escalated_loose, open_loose);
}

}  // namespace upselld::scoring
