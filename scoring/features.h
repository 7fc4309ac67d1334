// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/score.h"
#include "core/timeline.h"
#include "scoring/feature_spec.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// Part of every model's version: raised whenever the same data would give other feature values.
inline constexpr int kFeatureCode = 1;

// Which numbers describe an account: the built-in table and what playbook rules ask for besides.
// A row's index is the position here. Values are floats: numbers as they are, categories as codes
// of the model's dictionary (0: a text the dictionary lacks), instants as local day numbers, NaN:
// missing. Immutable; safe to share between threads.
class FeatureTable {
 public:
  // The built-in table, then settings.features.learn, then `extra_names`: these are never part of
  // a model, so that a new rule does not change a score. A name that says nothing, or cannot be
  // learnt from, is invalid_config and says what could have been meant. A sentence for a feature
  // that this data does not have is of no effect.
  static Result<FeatureTable> make(const Vocabulary& vocabulary, const ScoringSettings& settings,
                                   const std::vector<std::string>& extra_names);
  // Nothing but these features, in this order, all to be learnt from: for comparisons with what
  // others compute.
  static Result<FeatureTable> only(const Vocabulary& vocabulary, const ScoringSettings& settings,
                                   const std::vector<std::string>& names);

  std::size_t size() const { return infos_.size(); }
  const std::vector<FeatureInfo>& infos() const { return infos_; }
  const std::vector<FeatureSpec>& specs() const { return specs_; }
  std::optional<std::size_t> index_of(std::string_view name) const;
  std::vector<std::string> names() const;
  // At most `count_max` names of this table that look like `name`, most like first; empty: none.
  std::vector<std::string> names_like(std::string_view name, std::size_t count_max = 3) const;

 private:
  void add(FeatureInfo info, const FeatureSpec& spec);
  std::vector<FeatureInfo> infos_;
  std::vector<FeatureSpec> specs_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

// Whether a model may learn from a feature of this name; invalid_config says why not.
Result<void> can_be_learnt(std::string_view name, const Vocabulary& vocabulary);

// True when the name follows the grammar, whatever is in the data: for checks without data.
bool is_feature_name(std::string_view name, const Vocabulary& vocabulary);

}  // namespace upselld::scoring
