// SPDX-License-Identifier: Apache-2.0
#include "playbook/reach.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace upselld::playbook {

namespace {

constexpr std::size_t kBoxesMax = 2'000;

// One key and a representative value for each of its cells.
struct Axis {
  Key key;
  std::vector<Value> cells;
};

using Cells = std::vector<bool>;           // of one axis
using Box = std::map<std::size_t, Cells>;  // axis -> cells; an absent axis is not restricted
using Region = std::vector<Box>;           // boxes may overlap

struct Marks {
  std::set<double> numbers;
  std::set<std::string_view> texts;
};

void collect(const Condition& condition, std::vector<std::pair<Key, Marks>>& keys) {
  for (const Clause& clause : condition.clauses) {
    for (const Condition& part : clause.parts) collect(part, keys);
    if (clause.kind != Clause::Kind::test) continue;
    const Test& test = clause.test;
    auto at = std::find_if(keys.begin(), keys.end(),
                           [&](const auto& entry) { return entry.first == test.key; });
    if (at == keys.end()) at = keys.insert(keys.end(), {test.key, {}});
    Marks& marks = at->second;
    marks.numbers.insert(test.numbers.begin(), test.numbers.end());
    marks.texts.insert(test.texts.begin(), test.texts.end());
    if (test.kind == Test::Kind::range) {
      for (const double bound : {test.from, test.below}) {
        if (std::isfinite(bound)) marks.numbers.insert(bound);
      }
    }
  }
}

bool may_be_missing(const Key& key) {
  return key.kind != Key::Kind::segment && key.kind != Key::Kind::tag;
}

void add_words(Axis& axis, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    axis.cells.push_back({true, static_cast<double>(i), words[i]});
  }
}

// Each named value is a cell, and so is each gap between two of them and beyond the outer ones.
void add_numbers(Axis& axis, const std::set<double>& numbers) {
  if (numbers.empty()) {
    axis.cells.push_back({true, 0, {}});
    return;
  }
  double before = *numbers.begin() - 1;
  axis.cells.push_back({true, before, {}});
  for (const double number : numbers) {
    if (number != *numbers.begin()) axis.cells.push_back({true, (before + number) / 2, {}});
    axis.cells.push_back({true, number, {}});
    before = number;
  }
  axis.cells.push_back({true, before + 1, {}});
}

Axis make_axis(const Key& key, const Marks& marks, const RuleNames& names,
               std::map<std::size_t, std::vector<std::string>>& words_kept, std::size_t index) {
  Axis axis{key, {}};
  if (may_be_missing(key)) axis.cells.push_back({false, 0, {}});
  const std::vector<std::string>& words = words_kept[index] = names.words(key);
  switch (names.value_kind(key)) {
    case ValueKind::word:
      add_words(axis, words);
      break;
    case ValueKind::ordered_text:
      add_words(axis, words);
      axis.cells.push_back({true, std::nan(""), {}});
      break;
    case ValueKind::yes_no:
      axis.cells.push_back({true, 0, {}});
      axis.cells.push_back({true, 1, {}});
      break;
    case ValueKind::text:
      for (const std::string_view text : marks.texts) axis.cells.push_back({true, 0, text});
      axis.cells.push_back({true, 0, {}});  // any other text
      break;
    case ValueKind::number:
    case ValueKind::day:
      if (key.kind == Key::Kind::decile) {
        for (int decile = 1; decile <= 10; ++decile) {
          axis.cells.push_back({true, static_cast<double>(decile), {}});
        }
      } else {
        add_numbers(axis, marks.numbers);
      }
      break;
  }
  return axis;
}

// Answers every key with the same value: all that a single test asks for.
class OneValue : public ValueSource {
 public:
  explicit OneValue(const Value& value) : value_(value) {}
  Value value(const Key&) const override { return value_; }

 private:
  Value value_;
};

class Space {
 public:
  Space(const std::vector<const Condition*>& rules, const RuleNames& names) {
    std::vector<std::pair<Key, Marks>> keys;
    for (const Condition* rule : rules) collect(*rule, keys);
    for (const auto& [key, marks] : keys) {
      axes_.push_back(make_axis(key, marks, names, words_, axes_.size()));
    }
  }

  // nullopt: more boxes than the limit.
  std::optional<Region> region(const Condition& condition) const {
    Region all = {Box{}};
    for (const Clause& clause : condition.clauses) {
      const auto part = region(clause);
      if (!part) return std::nullopt;
      Region both;
      for (const Box& left : all) {
        for (const Box& right : *part) {
          if (auto box = intersection(left, right)) both.push_back(std::move(*box));
          if (both.size() > kBoxesMax) return std::nullopt;
        }
      }
      all = std::move(both);
    }
    return all;
  }

  std::optional<Region> without(Region from, const Region& taken) const {
    for (const Box& box : taken) {
      Region left;
      for (const Box& part : from) {
        subtract(part, box, left);
        if (left.size() > kBoxesMax) return std::nullopt;
      }
      from = std::move(left);
    }
    return from;
  }

 private:
  std::optional<Region> region(const Clause& clause) const {
    if (clause.kind == Clause::Kind::test) return region(clause.test);
    Region some;
    for (const Condition& part : clause.parts) {
      auto boxes = region(part);
      if (!boxes || some.size() + boxes->size() > kBoxesMax) return std::nullopt;
      std::move(boxes->begin(), boxes->end(), std::back_inserter(some));
    }
    if (clause.kind == Clause::Kind::any) return some;
    return without({Box{}}, some);
  }

  Region region(const Test& test) const {
    const auto axis =
        std::find_if(axes_.begin(), axes_.end(), [&](const Axis& a) { return a.key == test.key; });
    Condition alone;
    alone.clauses.push_back({Clause::Kind::test, test, {}});
    Cells cells;
    for (const Value& cell : axis->cells) cells.push_back(holds(alone, OneValue(cell)));
    if (std::find(cells.begin(), cells.end(), true) == cells.end()) return {};
    return {Box{{static_cast<std::size_t>(axis - axes_.begin()), std::move(cells)}}};
  }

  static std::optional<Box> intersection(const Box& left, const Box& right) {
    Box both = left;
    for (const auto& [axis, cells] : right) {
      const auto [at, is_new] = both.try_emplace(axis, cells);
      if (is_new) continue;
      bool some = false;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        at->second[i] = at->second[i] && cells[i];
        some = some || at->second[i];
      }
      if (!some) return std::nullopt;
    }
    return both;
  }

  // Adds the parts of `from` that `taken` leaves: for each axis of `taken` in turn, what lies
  // outside it there and inside it on the axes before.
  void subtract(const Box& from, const Box& taken, Region& left) const {
    if (!intersection(from, taken)) {
      left.push_back(from);
      return;
    }
    Box rest = from;
    for (const auto& [axis, cells] : taken) {
      Cells outside(cells.size());
      for (std::size_t i = 0; i < cells.size(); ++i) outside[i] = !cells[i];
      if (std::find(outside.begin(), outside.end(), true) != outside.end()) {
        if (auto part = intersection(rest, Box{{axis, outside}})) left.push_back(std::move(*part));
      }
      rest = *intersection(rest, Box{{axis, cells}});
    }
  }

  std::map<std::size_t, std::vector<std::string>> words_;  // what cells' texts point into
  std::vector<Axis> axes_;
};

bool is_covered(const Space& space, const Region& region,
                const std::vector<std::optional<Region>>& regions,
                const std::vector<std::size_t>& takers) {
  std::optional<Region> left = region;
  for (const std::size_t taker : takers) {
    if (regions[taker]) left = space.without(std::move(*left), *regions[taker]);
    if (!left) return false;
  }
  return left->empty();
}

// Leaves out the takers that are not needed, the last first: people look at the top of the file.
std::vector<std::size_t> only_needed(const Space& space, const Region& region,
                                     const std::vector<std::optional<Region>>& regions,
                                     std::vector<std::size_t> takers) {
  for (std::size_t i = takers.size(); i-- > 0;) {
    std::vector<std::size_t> fewer = takers;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (is_covered(space, region, regions, fewer)) takers = std::move(fewer);
  }
  return takers;
}

}  // namespace

std::vector<Reach> find_reach(const std::vector<const Condition*>& rules, const RuleNames& names) {
  const Space space(rules, names);
  std::vector<std::optional<Region>> regions;
  std::vector<Reach> result(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    regions.push_back(space.region(*rules[i]));
    if (!regions[i]) continue;
    Reach& reach = result[i];
    reach.possible = !regions[i]->empty();
    if (!reach.possible) continue;
    std::vector<std::size_t> before(i);
    std::iota(before.begin(), before.end(), std::size_t{0});
    reach.left_by_others = !is_covered(space, *regions[i], regions, before);
    if (!reach.left_by_others) reach.takers = only_needed(space, *regions[i], regions, before);
  }
  return result;
}

bool lies_within(const Condition& inner, const Condition& outer, const RuleNames& names) {
  const Space space({&inner, &outer}, names);
  auto region = space.region(inner);
  const auto cover = space.region(outer);
  if (!region || !cover) return false;
  const auto left = space.without(std::move(*region), *cover);
  return left && left->empty();
}

}  // namespace upselld::playbook
