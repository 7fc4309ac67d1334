// SPDX-License-Identifier: Apache-2.0
#include "playbook/names.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/decision.h"
#include "playbook/text.h"

namespace upselld::playbook {

namespace {

constexpr const char* kRuleWords[] = {"segment", "band", "decile", "any", "not"};

// What segments, built-in holds and the default tags read.
constexpr const char* kAlwaysRead[] = {"days_since_order", "tenure_days", "open_upsell_orders",
                                       "cases_escalated_open"};
constexpr const char* kDefaultTagsRead[] = {"order_amount_mean", "clicks_per_visit_30d"};

class NameCollector {
 public:
  std::set<std::string> names;

  void condition(const Node& map) {
    for (const Node::Entry& entry : map.entries) {
      if (entry.key == "any") {
        for (const Node& item : entry.value.items) condition(item);
      } else if (entry.key == "not") {
        condition(entry.value);
      } else {
        names.insert(entry.key);
      }
    }
  }
  void conditions(const Node* map) {
    if (map == nullptr) return;
    for (const Node::Entry& entry : map->entries) condition(entry.value);
  }
  void text(const Node* node) {
    if (node == nullptr) return;
    for (std::string& name : names_between_braces(node->text)) names.insert(std::move(name));
  }
  void actions(const Node& list) {
    for (const Node& action : list.items) {
      if (const Node* when = action.find("when")) condition(*when);
      if (const Node* task = action.find("task")) {
        text(task->find("subject"));
        text(task->find("body"));
      }
    }
  }
  void owners(const Node& tasks) {
    const Node* owner = tasks.find("owner");
    if (owner == nullptr) return;
    condition(*owner);
    for (const Node& item : owner->items) condition(item);
    names.erase("to");
  }
};

}  // namespace

std::vector<std::string> names_used(const Node& root,
                                    const std::vector<AttributeSpec>& attributes) {
  NameCollector found;
  const Node* tags = root.find("tags");
  found.conditions(tags);
  found.conditions(root.find("hold_tasks"));
  if (const Node* actions = root.find("actions")) found.actions(*actions);
  if (const Node* tasks = root.find("tasks")) found.owners(*tasks);
  for (const char* key : {"pilot", "never"}) {
    if (const Node* when = root.find(key)) found.condition(*when);
  }
  if (const Node* examples = root.find("examples")) {
    for (const Node& example : examples->items) {
      if (const Node* given = example.find("given")) found.condition(*given);
    }
  }
  const Node* segments = root.find("segments");
  const Node* measure = segments == nullptr ? nullptr : segments->find("measure");
  if (measure != nullptr && measure->text == "days_since_touch") found.names.insert(measure->text);
  for (const char* word : kRuleWords) found.names.erase(word);
  for (const char* word : kTextWords) found.names.erase(word);
  if (tags != nullptr) {
    for (const Node::Entry& entry : tags->entries) found.names.erase(entry.key);
  } else {
    found.names.erase("high_value");
    found.names.erase("engaged");
    found.names.insert(std::begin(kDefaultTagsRead), std::end(kDefaultTagsRead));
  }
  for (const AttributeSpec& attribute : attributes) found.names.erase(attribute.name);
  found.names.insert(std::begin(kAlwaysRead), std::end(kAlwaysRead));
  return {found.names.begin(), found.names.end()};
}

RuleNames::RuleNames(Names names, std::vector<std::string> segments, std::vector<std::string> tags)
    : names_(std::move(names)), segments_(std::move(segments)), tags_(std::move(tags)) {}

std::optional<Key> RuleNames::find(std::string_view name) const {
  if (name == "segment") return Key{Key::Kind::segment, 0};
  if (name == "band") return Key{Key::Kind::band, 0};
  if (name == "decile") return Key{Key::Kind::decile, 0};
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    if (tags_[i] == name) return Key{Key::Kind::tag, i};
  }
  for (std::size_t i = 0; i < names_.attributes.size(); ++i) {
    if (names_.attributes[i].name == name) return Key{Key::Kind::attribute, i};
  }
  for (std::size_t i = 0; i < names_.features.size(); ++i) {
    if (names_.features[i].name == name) return Key{Key::Kind::feature, i};
  }
  return std::nullopt;
}

std::string RuleNames::nearest_to(std::string_view name) const {
  std::vector<std::string> known(std::begin(kRuleWords), std::end(kRuleWords));
  known.insert(known.end(), tags_.begin(), tags_.end());
  for (const AttributeSpec& attribute : names_.attributes) known.push_back(attribute.name);
  for (const FeatureInfo& feature : names_.features) known.push_back(feature.name);
  return nearest(name, known);
}

std::vector<std::string> RuleNames::placeholders() const {
  std::vector<std::string> known(std::begin(kTextWords), std::end(kTextWords));
  for (const AttributeSpec& attribute : names_.attributes) known.push_back(attribute.name);
  for (const FeatureInfo& feature : names_.features) known.push_back(feature.name);
  return known;
}

std::string RuleNames::text_of(const Key& key) const {
  switch (key.kind) {
    case Key::Kind::segment:
      return "segment";
    case Key::Kind::band:
      return "band";
    case Key::Kind::decile:
      return "decile";
    case Key::Kind::tag:
      return tags_[key.index];
    case Key::Kind::attribute:
      return names_.attributes[key.index].name;
    case Key::Kind::feature:
      return names_.features[key.index].name;
  }
  return {};
}

ValueKind RuleNames::value_kind(const Key& key) const {
  switch (key.kind) {
    case Key::Kind::segment:
    case Key::Kind::band:
      return ValueKind::word;
    case Key::Kind::decile:
      return ValueKind::number;
    case Key::Kind::tag:
      return ValueKind::yes_no;
    case Key::Kind::attribute:
      switch (names_.attributes[key.index].kind) {
        case AttributeKind::number:
          return ValueKind::number;
        case AttributeKind::text:
          return ValueKind::text;
        case AttributeKind::ordered_text:
          return ValueKind::ordered_text;
        case AttributeKind::instant:
          return ValueKind::day;
        case AttributeKind::boolean:
          return ValueKind::yes_no;
      }
      return ValueKind::text;
    case Key::Kind::feature:
      switch (names_.features[key.index].kind) {
        case FeatureInfo::Kind::number:
          return ValueKind::number;
        case FeatureInfo::Kind::category:
          return ValueKind::word;
        case FeatureInfo::Kind::instant:
          return ValueKind::day;
      }
      return ValueKind::number;
  }
  return ValueKind::number;
}

std::vector<std::string> RuleNames::words(const Key& key) const {
  if (key.kind == Key::Kind::segment) return segments_;
  if (key.kind == Key::Kind::band) {
    return {to_text(Band::low), to_text(Band::medium), to_text(Band::high)};
  }
  if (key.kind == Key::Kind::attribute) return names_.attributes[key.index].order;
  return {};
}

const FeatureInfo* RuleNames::feature(const Key& key) const {
  return key.kind == Key::Kind::feature ? &names_.features[key.index] : nullptr;
}

const AttributeSpec* RuleNames::attribute(const Key& key) const {
  return key.kind == Key::Kind::attribute ? &names_.attributes[key.index] : nullptr;
}

}  // namespace upselld::playbook
