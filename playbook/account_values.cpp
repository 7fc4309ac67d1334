// SPDX-License-Identifier: Apache-2.0
#include "playbook/account_values.h"

#include <algorithm>
#include <cmath>

namespace upselld::playbook {

namespace {

constexpr const char* kRuleScorerPrefix = "rules-";

}  // namespace

AccountValues::AccountValues(const Playbook& playbook, const Candidate& candidate,
                             const TimeZone& zone)
    : playbook_(playbook), candidate_(candidate), zone_(zone) {
  segment = segment_of(playbook, *this);
}

Value AccountValues::value(const Key& key) const {
  switch (key.kind) {
    case Key::Kind::segment:
      return {true, static_cast<double>(segment), {}};
    case Key::Kind::band:
      return {band.has_value(), band ? static_cast<double>(*band) : 0, {}};
    case Key::Kind::decile:
      return {decile != 0, static_cast<double>(decile), {}};
    case Key::Kind::tag:
      return {true, key.index < tags.size() && tags[key.index] ? 1.0 : 0.0, {}};
    case Key::Kind::attribute:
      return attribute(key.index);
    case Key::Kind::feature: {
      if (key.index >= candidate_.features.size()) return {};
      const double number = candidate_.features[key.index];
      return {!std::isnan(number), number, {}};
    }
  }
  return {};
}

Value AccountValues::attribute(std::size_t index) const {
  const auto& all = candidate_.account->attributes;
  if (index >= all.size()) return {};
  const AttributeValue& held = all[index];
  const AttributeSpec& spec = playbook_.names().all().attributes[index];
  switch (spec.kind) {
    case AttributeKind::number:
    case AttributeKind::boolean:
      return {!std::isnan(held.number), held.number, {}};
    case AttributeKind::instant: {
      if (std::isnan(held.number)) return {};
      const Instant at{static_cast<std::int64_t>(held.number)};
      return {true, static_cast<double>(zone_.day_of(at).number), {}};
    }
    case AttributeKind::text:
      return {!held.text.empty(), 0, held.text};
    case AttributeKind::ordered_text: {
      const auto rank = std::find(spec.order.begin(), spec.order.end(), held.text);
      const double number =
          rank == spec.order.end() ? std::nan("") : static_cast<double>(rank - spec.order.begin());
      return {!held.text.empty(), number, held.text};
    }
  }
  return {};
}

double AccountValues::number(const std::optional<Key>& key) const {
  if (!key) return std::nan("");
  const Value held = value(*key);
  return held.known ? held.number : std::nan("");
}

std::size_t segment_of(const Playbook& playbook, const AccountValues& values) {
  const Segments& segments = playbook.rules().segments;
  const std::size_t no_purchase = playbook.names().segments().size() - 1;
  const double measure = values.number(segments.feature);
  if (std::isnan(measure)) return no_purchase;
  if (segments.last_order && std::isnan(values.number(segments.last_order))) return no_purchase;
  const auto next = std::upper_bound(segments.starts.begin(), segments.starts.end(), measure);
  // Below 0 is a clock that is ahead of ours: as new as can be.
  return next == segments.starts.begin()
             ? 0
             : static_cast<std::size_t>(next - segments.starts.begin()) - 1;
}

bool has_likelihood(const Score* score) {
  return score != nullptr && score->has_probability && !std::isnan(score->probability) &&
         score->model_version.rfind(kRuleScorerPrefix, 0) != 0;
}

}  // namespace upselld::playbook
