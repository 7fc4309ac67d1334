// SPDX-License-Identifier: Apache-2.0
#include "scoring/feature_names.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "scoring/feature_catalog.h"

namespace upselld::scoring {
namespace {

constexpr int kWindowDaysMax = 3'650;
constexpr std::string_view kAnyActivity = "activity";

constexpr std::pair<const char*, Aggregate> kAggregates[] = {
    {"count", Aggregate::count},   {"sum", Aggregate::sum},     {"mean", Aggregate::mean},
    {"median", Aggregate::median}, {"max", Aggregate::max},     {"min", Aggregate::min},
    {"last", Aggregate::last},     {"trend", Aggregate::trend}, {"days", Aggregate::days}};

struct OrderEventName {
  const char* name;
  OrderClass order_class;
  const char* one;
  const char* many;
  const char* group;
  bool learnt;  // a status that was different in the past tells the model the future
};
constexpr OrderEventName kOrderEvents[] = {
    {"order", OrderClass::won, "order", "orders", "frequency", true},
    {"new_business_order", OrderClass::new_business, "first order", "first orders", "frequency",
     true},
    {"renewal_order", OrderClass::renewal, "renewal", "renewals", "frequency", true},
    {"upsell_order", OrderClass::upsell, "upgrade", "upgrades", "offers", true},
    {"cross_sell_order", OrderClass::cross_sell, "cross-sale", "cross-sales", "offers", true},
    {"cancellation", OrderClass::cancelled, "cancellation", "cancellations", "friction", true},
    {"lost_order", OrderClass::lost, "lost opportunity", "lost opportunities", "offers", false},
    {"open_order", OrderClass::open, "open opportunity", "open opportunities", "offers", false}};

struct Event {
  FeatureSpec spec;
  EventWords words;
  bool amounts = false;  // "order_amount": sums and means are of money
  bool learnt = true;
};

bool take_suffix(std::string_view& name, std::string_view suffix) {
  if (!name.ends_with(suffix) || name.size() == suffix.size()) return false;
  name.remove_suffix(suffix.size());
  return true;
}

// Takes "_90d" off the end. False: a window that is no sensible number of days.
bool take_window(std::string_view& name, int& window_days) {
  const std::size_t bar = name.rfind('_');
  if (bar == std::string_view::npos || bar + 2 >= name.size() || name.back() != 'd') return true;
  const char* first = name.data() + bar + 1;
  const char* last = name.data() + name.size() - 1;
  const auto read = std::from_chars(first, last, window_days);
  if (read.ptr != last || read.ec != std::errc()) {
    window_days = 0;
    return true;
  }
  if (window_days < 1 || window_days > kWindowDaysMax || *first == '0') return false;
  name = name.substr(0, bar);
  return true;
}

std::optional<Event> event_named(std::string_view name, const Vocabulary& vocabulary) {
  Event event;
  const auto& kinds = vocabulary.activity_kinds;
  const auto found = std::find(kinds.begin(), kinds.end(), name);
  const bool known = std::find(std::begin(kActivityKinds), std::end(kActivityKinds), name) !=
                     std::end(kActivityKinds);
  if (found != kinds.end() || known) {
    event.spec.source = FeatureSpec::Source::activity;
    event.spec.index = found == kinds.end() ? -1 : static_cast<int>(found - kinds.begin());
    event.words = words_of_activity(name);
    return event;
  }
  if (name == kAnyActivity) {
    event.spec.source = FeatureSpec::Source::activity;
    event.spec.index = kAnyKind;
    event.words = {"activity", "activities", "engagement", ""};
    return event;
  }
  event.amounts = take_suffix(name, "_amount");
  for (const OrderEventName& order : kOrderEvents) {
    if (name != order.name) continue;
    event.spec.source = FeatureSpec::Source::order;
    event.spec.order_class = order.order_class;
    event.words = {order.one, order.many, order.group, "money"};
    event.learnt = order.learnt;
    return event;
  }
  return std::nullopt;
}

const char* aggregate_words(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::count:
      return "";
    case Aggregate::sum:
      return "sum of each ";
    case Aggregate::mean:
      return "mean ";
    case Aggregate::median:
      return "middle ";
    case Aggregate::max:
      return "largest ";
    case Aggregate::min:
      return "smallest ";
    case Aggregate::last:
      return "last ";
    case Aggregate::trend:
      return "trend of ";
    case Aggregate::days:
    case Aggregate::days_since:
      return "";
  }
  return "";
}

// How the value of an event is told: "largest order so far 900 EUR, usual 300 EUR".
std::string value_sentence(const FeatureSpec& spec, const Event& event, const std::string& window) {
  const bool last = spec.aggregate == Aggregate::last;
  if (event.words.one == "quota reading") {
    if (last) return "quota {value} used at the last reading, usual {usual}";
    if (spec.aggregate == Aggregate::max) {
      return "quota up to {value} used" + window + ", usual {usual}";
    }
  }
  std::string what = event.words.one;
  if (last && what == "order") return "last order {value}, usual {usual}";
  if (last) return "last " + what + ": {value}, usual {usual}";
  if (spec.aggregate == Aggregate::sum && event.words.many == "orders") {
    return "{value} ordered" + window + ", usual {usual}";
  }
  if (event.words.one == "case closed") what = "time to close a case";
  return aggregate_words(spec.aggregate) + what + window + ": {value}, usual {usual}";
}

void describe(NamedFeature& feature, const Event& event) {
  const std::string window = feature.spec.window_days > 0 ? " since {since}" : " so far";
  FeatureInfo& info = feature.info;
  info.group = event.words.group;
  info.in_model = event.learnt;
  const bool counts_days = feature.spec.aggregate == Aggregate::days;
  if (counts_days || feature.spec.aggregate == Aggregate::count) {
    info.unit = (counts_days ? "days with " : "") + event.words.many;
    info.sentence = "{value}" + window + ", usual {usual}";
    return;
  }
  if (feature.spec.aggregate == Aggregate::days_since) {
    info.unit = "days";
    info.group = event.words.one == "order" ? "recency" : event.words.group;
    info.sentence = "last " + event.words.one + " on {date}, usual {usual} ago";
    return;
  }
  info.unit = event.words.value_unit;
  if (feature.spec.source == FeatureSpec::Source::order && event.words.group == "frequency") {
    info.group = "order_size";
  }
  info.sentence = value_sentence(feature.spec, event, window);
}

std::optional<NamedFeature> by_events(std::string_view name, const Vocabulary& vocabulary) {
  NamedFeature feature;
  feature.info.name = std::string(name);
  std::string_view rest = name;
  if (rest.starts_with("days_since_")) {
    const auto event = event_named(rest.substr(11), vocabulary);
    if (!event || event->amounts) return std::nullopt;
    feature.spec = event->spec;
    feature.spec.aggregate = Aggregate::days_since;
    describe(feature, *event);
    return feature;
  }
  int window_days = 0;
  if (!take_window(rest, window_days)) return std::nullopt;
  for (const auto& [word, aggregate] : kAggregates) {
    std::string_view stem = rest;
    if (!take_suffix(stem, std::string("_") + word)) continue;
    const auto event = event_named(stem, vocabulary);
    const bool counts = aggregate == Aggregate::count || aggregate == Aggregate::days;
    if (!event || (event->amounts && counts)) continue;
    feature.spec = event->spec;
    feature.spec.aggregate = aggregate;
    feature.spec.window_days = window_days;
    describe(feature, *event);
    return feature;
  }
  return std::nullopt;
}

std::optional<NamedFeature> by_attribute(std::string_view name, const Vocabulary& vocabulary) {
  for (std::size_t i = 0; i < vocabulary.attributes.size(); ++i) {
    const AttributeSpec& attribute = vocabulary.attributes[i];
    NamedFeature feature;
    feature.spec.source = FeatureSpec::Source::attribute;
    feature.spec.index = static_cast<int>(i);
    feature.info = {std::string(name), "", "attributes", "", FeatureInfo::Kind::number, false};
    std::string words = attribute.name;
    std::replace(words.begin(), words.end(), '_', ' ');
    const bool instant = attribute.kind == AttributeKind::instant;
    if (name == attribute.name) {
      feature.info.sentence = words + " {value}";
      if (attribute.kind == AttributeKind::text) feature.info.kind = FeatureInfo::Kind::category;
      if (instant) feature.info.kind = FeatureInfo::Kind::instant;
      if (attribute.kind == AttributeKind::number) feature.info.sentence += ", usual {usual}";
      return feature;
    }
    if (!instant) continue;
    feature.info.unit = "days";
    if (name == "days_since_" + attribute.name || name == "days_until_" + attribute.name) {
      const bool until = name.starts_with("days_until_");
      feature.spec.role = until ? AttributeRole::days_until : AttributeRole::days_since;
      feature.info.sentence = words + " on {date}, usual {usual}";
      return feature;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<NamedFeature> feature_named(std::string_view name, const Vocabulary& vocabulary) {
  for (const MeasureRow& row : measure_rows()) {
    if (name != row.name) continue;
    NamedFeature feature;
    feature.info = {row.name,  row.unit, row.group, row.sentence, FeatureInfo::Kind::number,
                    row.learnt};
    if (row.measure == Measure::last_order_on) feature.info.kind = FeatureInfo::Kind::instant;
    feature.spec.measure = row.measure;
    return feature;
  }
  // An attribute comes before the grammar: the admin chose its name.
  if (auto feature = by_attribute(name, vocabulary)) return feature;
  return by_events(name, vocabulary);
}

std::vector<std::string> name_examples(const Vocabulary& vocabulary) {
  std::vector<std::string> names = built_in_order_names();
  for (const MeasureRow& row : measure_rows()) names.emplace_back(row.name);
  std::vector<std::string> kinds(std::begin(kActivityKinds), std::end(kActivityKinds));
  kinds.insert(kinds.end(), vocabulary.activity_kinds.begin(), vocabulary.activity_kinds.end());
  kinds.emplace_back(kAnyActivity);
  for (const std::string& kind : kinds) {
    for (std::string& name : built_in_activity_names(kind)) names.push_back(std::move(name));
  }
  for (const AttributeSpec& attribute : vocabulary.attributes) {
    names.push_back(attribute.name);
    if (attribute.kind != AttributeKind::instant) continue;
    names.push_back("days_since_" + attribute.name);
    names.push_back("days_until_" + attribute.name);
  }
  return names;
}

}  // namespace upselld::scoring
