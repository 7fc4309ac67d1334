// SPDX-License-Identifier: Apache-2.0
#include "playbook/playbook.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace upselld::playbook {

namespace {

constexpr double kSegmentShareMax = 0.70;

class ExampleValues : public ValueSource {
 public:
  explicit ExampleValues(const Example& example) : example_(example) {}

  Value value(const Key& key) const override {
    for (const Literal& literal : example_.given) {
      if (literal.key == key) return {literal.known, literal.number, literal.text};
    }
    const bool is_tag = key.kind == Key::Kind::tag;
    return {is_tag, 0, {}};  // what is not given is missing, and a tag is not given
  }

 private:
  const Example& example_;
};

}  // namespace

Playbook::Playbook(RuleNames names, Rules rules, std::vector<std::string> warnings)
    : names_(std::move(names)), rules_(std::move(rules)), warnings_(std::move(warnings)) {}

const Action* Playbook::first_match(const ValueSource& values) const {
  for (const Action& action : rules_.actions) {
    if (holds(action.when, values)) return &action;
  }
  return nullptr;
}

const Action* Playbook::action(const std::string& name) const {
  for (const Action& action : rules_.actions) {
    if (action.name == name) return &action;
  }
  return nullptr;
}

std::vector<ExampleResult> Playbook::run_examples() const {
  std::vector<ExampleResult> results;
  for (const Example& example : rules_.examples) {
    const Action* chosen = first_match(ExampleValues(example));
    ExampleResult result{example.place, example.expect, chosen == nullptr ? "none" : chosen->name,
                         false, ""};
    result.ok = result.got == result.expected;
    result.message = result.ok ? fmt::format("{}: {}", to_text(result.place), result.got)
                               : fmt::format("{}: expected {}, but the rules give {}",
                                             to_text(result.place), result.expected, result.got);
    if (!result.ok && chosen != nullptr) {
      result.message += fmt::format(" ({})", to_text(chosen->place));
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<std::string> segment_warnings(const std::map<std::string, std::size_t>& accounts) {
  std::size_t all = 0;
  for (const auto& [segment, count] : accounts) all += count;
  std::vector<std::string> warnings;
  for (const auto& [segment, count] : accounts) {
    const double share = all == 0 ? 0 : static_cast<double>(count) / static_cast<double>(all);
    if (share <= kSegmentShareMax) continue;
    warnings.push_back(
        fmt::format("{:.0f} % of all accounts are in segment {}: other starts, or "
                    "measure: days_since_touch, would tell them apart",
                    100 * share, segment));
  }
  return warnings;
}

std::string label_of(const std::string& word) {
  return told_word(word);
}

}  // namespace upselld::playbook
