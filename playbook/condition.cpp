// SPDX-License-Identifier: Apache-2.0
#include "playbook/condition.h"

#include <algorithm>

#include "core/assertions.h"

namespace upselld::playbook {

namespace {

bool is_one_of(const Test& test, const Value& value) {
  if (!test.texts.empty()) {
    return std::find(test.texts.begin(), test.texts.end(), value.text) != test.texts.end();
  }
  return std::find(test.numbers.begin(), test.numbers.end(), value.number) != test.numbers.end();
}

bool passes(const Test& test, const Value& value, const std::vector<double>& cuts) {
  if (test.kind == Test::Kind::missing) return !value.known;
  if (!value.known) return false;
  switch (test.kind) {
    case Test::Kind::known:
      return true;
    case Test::Kind::one_of:
      return is_one_of(test, value);
    case Test::Kind::range:
      return value.number >= test.from && value.number < test.below;
    case Test::Kind::top:
      UPSELLD_ASSERT(test.cut < cuts.size());
      return value.number >= cuts[test.cut];
    case Test::Kind::bottom:
      UPSELLD_ASSERT(test.cut < cuts.size());
      return value.number <= cuts[test.cut];
    case Test::Kind::missing:
      return false;
  }
  return false;
}

bool holds(const Clause& clause, const ValueSource& values, const std::vector<double>& cuts) {
  if (clause.kind == Clause::Kind::test) {
    return passes(clause.test, values.value(clause.test.key), cuts);
  }
  const bool one_holds =
      std::any_of(clause.parts.begin(), clause.parts.end(),
                  [&](const Condition& part) { return holds(part, values, cuts); });
  return clause.kind == Clause::Kind::any ? one_holds : !one_holds;
}

}  // namespace

bool holds(const Condition& condition, const ValueSource& values, const std::vector<double>& cuts) {
  return std::all_of(condition.clauses.begin(), condition.clauses.end(),
                     [&](const Clause& clause) { return holds(clause, values, cuts); });
}

}  // namespace upselld::playbook
