// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/records.h"
#include "core/score.h"
#include "core/settings.h"

namespace upselld::playbook {

// What a playbook may speak of besides its own words. Positions are those of the feature rows and
// of AccountFacts::attributes. Where both have a name, the attribute is meant.
struct Names {
  std::vector<FeatureInfo> features;
  std::vector<AttributeSpec> attributes;
};

// Every name in the rules, tags, examples and texts of a playbook that is no word of the rules
// language, no tag and none of `attributes`, plus what segments and built-in holds read: the
// features to compile before the playbook is loaded. Sorted, each once. Needs no valid playbook.
std::vector<std::string> names_used(const Node& root,
                                    const std::vector<AttributeSpec>& attributes = {});

// What a rule's key means.
struct Key {
  enum class Kind : std::uint8_t { segment, band, decile, tag, attribute, feature };
  Kind kind = Kind::feature;
  std::size_t index = 0;  // of the tag, attribute or feature
  bool operator==(const Key&) const = default;
};

// How values behind a key are written, compared and told.
enum class ValueKind : std::uint8_t { number, text, ordered_text, day, yes_no, word };

// All names that rules may use, resolved once.
class RuleNames {
 public:
  RuleNames(Names names, std::vector<std::string> segments, std::vector<std::string> tags);

  std::optional<Key> find(std::string_view name) const;
  // The nearest known name, or empty.
  std::string nearest_to(std::string_view name) const;
  std::string text_of(const Key& key) const;
  ValueKind value_kind(const Key& key) const;
  // Words of a `word` key, lowest first: segments as they start, bands low to high.
  std::vector<std::string> words(const Key& key) const;
  const FeatureInfo* feature(const Key& key) const;      // nullptr for other keys
  const AttributeSpec* attribute(const Key& key) const;  // nullptr for other keys

  const Names& all() const { return names_; }
  std::vector<std::string> placeholders() const;  // what texts may name, see kTextWords
  const std::vector<std::string>& segments() const { return segments_; }  // no_purchase is last
  const std::vector<std::string>& tags() const { return tags_; }

 private:
  Names names_;
  std::vector<std::string> segments_;
  std::vector<std::string> tags_;
};

}  // namespace upselld::playbook
