// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/decision.h"
#include "playbook/loader.h"
#include "playbook/reach.h"

namespace upselld::playbook {

namespace {

const HoldTest* hold_named(const Rules& rules, const std::string& name) {
  for (const HoldTest& test : rules.hold_tests) {
    if (test.name == name) return &test;
  }
  return nullptr;
}

// The day on which the last of the segments ends that `when` asks for; infinite when it asks for
// none, or for one that never ends.
double latest_day(const Condition& when, const Rules& rules) {
  double latest = HUGE_VAL;
  for (const Clause& clause : when.clauses) {
    const Test& test = clause.test;
    if (clause.kind != Clause::Kind::test || test.key.kind != Key::Kind::segment) continue;
    if (test.kind != Test::Kind::one_of) continue;
    latest = 0;
    for (const double segment : test.numbers) {
      const auto next = static_cast<std::size_t>(segment) + 1;
      latest = std::max(
          latest, next < rules.segments.starts.size() ? rules.segments.starts[next] : HUGE_VAL);
    }
  }
  return latest;
}

}  // namespace

void Loader::check_reach() {
  std::vector<const Condition*> conditions;
  for (const Action& action : rules_.actions) conditions.push_back(&action.when);
  const std::vector<Reach> reached = find_reach(conditions, names_);
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const Action& action = rules_.actions[i];
    if (!reached[i].possible) {
      fail(action.place,
           fmt::format("{} can never be chosen: its tests exclude each other", action.name));
    } else if (!reached[i].left_by_others) {
      std::string takers;
      for (const std::size_t taker : reached[i].takers) {
        const Action& other = rules_.actions[taker];
        takers +=
            fmt::format("{}{} (line {})", takers.empty() ? "" : ", ", other.name, other.place.line);
      }
      fail(action.place, fmt::format("{} can never be chosen: every account it matches is taken "
                                     "before by {}",
                                     action.name, takers));
    }
  }
}

void Loader::warn() {
  if (rules_.holdout == 0) {
    warn_at(settings_.place("holdout"),
            "holdout is 0: without accounts that get no task nobody can ever say what the tasks "
            "did");
  }
  if (rules_.actions.empty()) {
    warn_at(root_.place, "there are no actions: accounts get bands, and nobody is told to act");
  }
  const HoldTest* recent = hold_named(rules_, hold::kBoughtRecently);
  for (const Action& action : rules_.actions) {
    if (!action.task) continue;
    for (const HoldTest& test : rules_.hold_tests) {
      if (!lies_within(action.when, test.when, names_)) continue;
      warn_at(action.place, fmt::format("{} is shown, but its task is always held by {}",
                                        action.name, test.name));
    }
    const bool is_plain = recent != nullptr && recent->when.clauses.size() == 1 &&
                          recent->when.clauses[0].kind == Clause::Kind::test;
    if (!is_plain || rules_.segments.measure != "days_since_order") continue;
    const Test& test = recent->when.clauses[0].test;
    if (test.kind == Test::Kind::range && test.key == rules_.segments.last_order &&
        latest_day(action.when, rules_) <= test.below && std::isinf(test.from)) {
      warn_at(action.place,
              fmt::format("{} is shown, but its task is always held: its segments end within the "
                          "{} days after an order that bought_recently keeps free",
                          action.name, std::lround(test.below)));
    }
  }
}

}  // namespace upselld::playbook
