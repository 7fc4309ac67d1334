// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <random>

#include "playbook/reach.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

RuleNames reach_names() {
  return RuleNames(test_names(), {"active", "cooling", "no_purchase"}, {"big"});
}

// One account of the grid: a value per key that the random rules use.
struct GridPoint : ValueSource {
  int seats = 0;   // -1: missing
  int region = 0;  // -1: missing, 2: one that no rule names
  int segment = 0;
  int decile = 0;  // 0: missing
  int big = 0;

  Value value(const Key& key) const override {
    static const char* kRegions[] = {"DACH", "UK", "elsewhere"};
    if (key.kind == Key::Kind::segment) return {true, double(segment), {}};
    if (key.kind == Key::Kind::tag) return {true, double(big), {}};
    if (key.kind == Key::Kind::decile) return {decile > 0, double(decile), {}};
    if (test_names().attributes[key.index].name == "seats") return {seats >= 0, double(seats), {}};
    return {region >= 0, 0, region < 0 ? "" : kRegions[region]};
  }
};

std::vector<GridPoint> grid() {
  std::vector<GridPoint> points;
  for (int seats = -1; seats <= 9; ++seats) {
    for (int region = -1; region <= 2; ++region) {
      for (int segment = 0; segment < 3; ++segment) {
        for (int decile = 0; decile <= 10; ++decile) {
          for (int big = 0; big < 2; ++big) {
            GridPoint& point = points.emplace_back();
            point.seats = seats;
            point.region = region;
            point.segment = segment;
            point.decile = decile;
            point.big = big;
          }
        }
      }
    }
  }
  return points;
}

// Rules whose edges lie on even numbers, so that the odd ones of the grid stand for the gaps.
class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : random_(seed) {}

  std::string when(int depth) {
    std::string text = "{";
    const int entries = 1 + pick(2);
    std::vector<int> used;
    for (int i = 0; i < entries; ++i) {
      const int kind = pick(depth > 0 ? 7 : 5);
      if (std::find(used.begin(), used.end(), kind) != used.end()) continue;
      used.push_back(kind);
      if (text.size() > 1) text += ", ";
      text += entry(kind, depth);
    }
    return text + "}";
  }
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

 private:
  std::string entry(int kind, int depth) {
    switch (kind) {
      case 0: {
        if (pick(4) == 0) return pick(2) == 0 ? "seats: missing" : "seats: known";
        const int from = 2 * pick(4);
        return "seats: {from: " + std::to_string(from) +
               ", below: " + std::to_string(from + 2 + 2 * pick(3)) + "}";
      }
      case 1:
        return pick(3) == 0   ? "region: missing"
               : pick(2) == 0 ? "region: DACH"
                              : "region: [DACH, UK]";
      case 2:
        return pick(2) == 0 ? "segment: active" : "segment: [active, cooling]";
      case 3:
        return pick(4) == 0 ? "decile: missing"
                            : "decile: {from: " + std::to_string(1 + pick(10)) + "}";
      case 4:
        return pick(2) == 0 ? "big: yes" : "big: no";
      case 5:
        return "any: [" + when(depth - 1) + ", " + when(depth - 1) + "]";
      default:
        return "not: " + when(depth - 1);
    }
  }
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("reach: agrees with trying every account of a grid") {
  const unsigned seed = test_seed(20261123);
  INFO("seed " << seed);
  RandomRules random(seed);
  const RuleNames names = reach_names();
  const std::vector<GridPoint> points = grid();
  int unreachable = 0, impossible = 0;
  for (int round = 0; round < 120; ++round) {
    std::vector<Condition> rules;
    std::string yaml;
    const int count = 2 + random.pick(5);
    for (int i = 0; i < count; ++i) {
      const std::string when = random.when(2);
      yaml += when + "\n";
      std::vector<Error> errors;
      ConditionReader reader{names, errors};
      rules.push_back(reader.read(node_of("- " + when).items[0]));
      REQUIRE(errors.empty());
    }
    std::vector<bool> possible(rules.size()), left(rules.size());
    for (const GridPoint& point : points) {
      bool is_taken = false;
      for (std::size_t i = 0; i < rules.size(); ++i) {
        const bool takes = holds(rules[i], point);
        possible[i] = possible[i] || takes;
        left[i] = left[i] || (takes && !is_taken);
        is_taken = is_taken || takes;
      }
    }
    std::vector<const Condition*> pointers;
    for (const Condition& rule : rules) pointers.push_back(&rule);
    const std::vector<Reach> reached = find_reach(pointers, names);
    INFO(yaml);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      INFO("rule " << i);
      CHECK(reached[i].possible == possible[i]);
      if (possible[i]) CHECK(reached[i].left_by_others == left[i]);
      unreachable += possible[i] && !left[i] ? 1 : 0;
      impossible += possible[i] ? 0 : 1;
    }
  }
  // The rounds are worth something only when both happen.
  CHECK(unreachable > 20);
  CHECK(impossible > 1);
}

TEST_CASE("reach: the rules named as takers are needed, every one of them") {
  const RuleNames names = reach_names();
  std::vector<Error> errors;
  ConditionReader reader{names, errors};
  const Node list = node_of(
      "- {seats: {below: 5}}\n- {region: UK}\n- {seats: {from: 5}}\n"
      "- {seats: known, region: DACH}\n");
  std::vector<Condition> rules;
  for (const Node& item : list.items) rules.push_back(reader.read(item));
  std::vector<const Condition*> pointers;
  for (const Condition& rule : rules) pointers.push_back(&rule);
  const std::vector<Reach> reached = find_reach(pointers, names);
  CHECK_FALSE(reached[3].left_by_others);
  CHECK(reached[3].takers == std::vector<std::size_t>{0, 2});
}

TEST_CASE("reach: what is too large to settle counts as reachable") {
  const RuleNames names = reach_names();
  // Each `any` doubles the boxes; 2^14 of them are beyond the limit.
  std::string when = "{any: [{seats: 1}, {region: UK}]}";
  for (int i = 0; i < 14; ++i) {
    when = "{any: [{seats: " + std::to_string(i) + "}, {decile: 3}], not: {not: " + when + "}}";
  }
  std::vector<Error> errors;
  ConditionReader reader{names, errors};
  const Condition deep = reader.read(node_of("- " + when).items[0]);
  const Condition again = deep;
  const std::vector<Reach> reached = find_reach({&deep, &again}, names);
  CHECK(reached[1].possible);
}
