// SPDX-License-Identifier: Apache-2.0
#include "scoring/features.h"

#include <algorithm>

#include "core/settings.h"
#include "scoring/feature_catalog.h"
#include "scoring/feature_names.h"

namespace upselld::scoring {
namespace {

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

Error unknown_name(std::string_view name, const Vocabulary& vocabulary) {
  const std::string near = nearest(name, name_examples(vocabulary));
  return Error{ErrorKind::invalid_config,
               "unknown feature \"" + std::string(name) + "\"" +
                   (near.empty() ? ": names are <event>_<aggregate>_<window>, such as "
                                   "order_count_90d; \"upselld features\" lists them"
                                 : "; did you mean \"" + near + "\""),
               std::nullopt};
}

std::string money_named(std::string unit, const std::string& currency) {
  return unit == "money" ? currency : unit;
}

}  // namespace

void FeatureTable::add(FeatureInfo info, const FeatureSpec& spec) {
  if (!index_.emplace(info.name, infos_.size()).second) return;
  infos_.push_back(std::move(info));
  specs_.push_back(spec);
}

Result<FeatureTable> FeatureTable::make(const Vocabulary& vocabulary,
                                        const ScoringSettings& settings,
                                        const std::vector<std::string>& extra_names) {
  FeatureTable table;
  auto add_named = [&](const std::string& name, bool learnt) {
    auto feature = feature_named(name, vocabulary);
    if (!feature) return false;
    feature->info.in_model = feature->info.in_model && learnt;
    feature->info.unit = money_named(feature->info.unit, settings.currency);
    table.add(std::move(feature->info), feature->spec);
    return true;
  };
  for (const std::string& name : built_in_order_names()) add_named(name, true);
  for (const MeasureRow& row : measure_rows()) add_named(row.name, true);
  for (const std::string& kind : vocabulary.activity_kinds) {
    for (const std::string& name : built_in_activity_names(kind)) add_named(name, true);
  }
  for (const AttributeSpec& attribute : vocabulary.attributes) {
    const bool instant = attribute.kind == AttributeKind::instant;
    for (const char* head : {"", "days_since_", "days_until_"}) {
      if (*head != '\0' && !instant) continue;
      auto feature = feature_named(head + attribute.name, vocabulary);
      if (!feature) continue;
      // Whether its past is known is decided by the training: see usable_in_training().
      feature->info.in_model = !(instant && *head == '\0');
      table.add(std::move(feature->info), feature->spec);
    }
  }
  for (const std::string& name : settings.features.learn) {
    if (const auto able = can_be_learnt(name, vocabulary); !able) return able.error();
    if (!table.index_of(name)) add_named(name, true);
  }
  for (const std::string& name : extra_names) {
    if (table.index_of(name) || add_named(name, false)) continue;
    return unknown_name(name, vocabulary);
  }
  for (const auto& [name, sentence] : settings.features.sentences) {
    if (const auto index = table.index_of(name)) table.infos_[*index].sentence = sentence;
  }
  return table;
}

Result<FeatureTable> FeatureTable::only(const Vocabulary& vocabulary,
                                        const ScoringSettings& settings,
                                        const std::vector<std::string>& names) {
  FeatureTable table;
  for (const std::string& name : names) {
    if (const auto able = can_be_learnt(name, vocabulary); !able) return able.error();
    auto feature = feature_named(name, vocabulary);
    feature->info.unit = money_named(feature->info.unit, settings.currency);
    table.add(std::move(feature->info), feature->spec);
  }
  return table;
}

std::optional<std::size_t> FeatureTable::index_of(std::string_view name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> FeatureTable::names() const {
  std::vector<std::string> names;
  for (const FeatureInfo& info : infos_) names.push_back(info.name);
  return names;
}

std::vector<std::string> FeatureTable::names_like(std::string_view name,
                                                  std::size_t count_max) const {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const FeatureInfo& info : infos_) {
    const std::size_t edits = edits_between(name, info.name);
    if (edits * 3 <= std::max(name.size(), info.name.size())) near.emplace_back(edits, info.name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < near.size() && i < count_max; ++i) names.push_back(near[i].second);
  return names;
}

Result<void> can_be_learnt(std::string_view name, const Vocabulary& vocabulary) {
  const auto feature = feature_named(name, vocabulary);
  if (!feature) return unknown_name(name, vocabulary);
  // Attributes are in the table as they are; their past decides whether they are learnt from.
  if (feature->info.in_model || feature->spec.source == FeatureSpec::Source::attribute) return {};
  return Error{ErrorKind::invalid_config,
               "feature \"" + std::string(name) +
                   "\" cannot be learnt from: its state in the past is not known; rules can use it",
               std::nullopt};
}

bool is_feature_name(std::string_view name, const Vocabulary& vocabulary) {
  return feature_named(name, vocabulary).has_value();
}

}  // namespace upselld::scoring
