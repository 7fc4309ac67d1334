// SPDX-License-Identifier: Apache-2.0
#include "playbook/guarantee.h"

#include <algorithm>
#include <iterator>

namespace upselld::playbook {

namespace {

// Known of every account that ever bought. Features with a window are not: they can be empty.
constexpr const char* kKnownOfBuyers[] = {
    "last_order_on",     "days_since_order",   "tenure_days",      "order_count",
    "order_amount_sum",  "order_amount_mean",  "order_amount_min", "order_amount_max",
    "order_amount_last", "order_amount_median"};

bool is_known_of_buyers(const std::string& name) {
  return std::find(std::begin(kKnownOfBuyers), std::end(kKnownOfBuyers), name) !=
         std::end(kKnownOfBuyers);
}

bool takes_no_purchase(const Test& test, const RuleNames& names) {
  const double no_purchase = static_cast<double>(names.segments().size() - 1);
  return test.kind != Test::Kind::one_of ||
         std::find(test.numbers.begin(), test.numbers.end(), no_purchase) != test.numbers.end();
}

bool guarantees(const Test& test, const std::string& name, const Rules& rules,
                const RuleNames& names) {
  if (test.kind == Test::Kind::missing) return false;
  switch (test.key.kind) {
    case Key::Kind::attribute:
    case Key::Kind::feature:
      return names.text_of(test.key) == name;
    case Key::Kind::segment:
      return is_known_of_buyers(name) && !takes_no_purchase(test, names);
    case Key::Kind::band:
    case Key::Kind::decile:
      return is_known_of_buyers(name);  // only buyers are scored
    case Key::Kind::tag: {
      const bool asks_yes = test.numbers.size() == 1 && test.numbers[0] == 1;
      return asks_yes && guarantees(rules.tags[test.key.index].when, name, rules, names);
    }
  }
  return false;
}

// `not: {plan: missing}` says that the plan is known.
bool guarantees_by_not(const Condition& part, const std::string& name, const RuleNames& names) {
  if (part.clauses.size() != 1 || part.clauses[0].kind != Clause::Kind::test) return false;
  const Test& test = part.clauses[0].test;
  return test.kind == Test::Kind::missing && names.text_of(test.key) == name;
}

bool guarantees(const Clause& clause, const std::string& name, const Rules& rules,
                const RuleNames& names) {
  switch (clause.kind) {
    case Clause::Kind::test:
      return guarantees(clause.test, name, rules, names);
    case Clause::Kind::any:
      return std::all_of(clause.parts.begin(), clause.parts.end(), [&](const Condition& part) {
        return guarantees(part, name, rules, names);
      });
    case Clause::Kind::none:
      return std::any_of(clause.parts.begin(), clause.parts.end(), [&](const Condition& part) {
        return guarantees_by_not(part, name, names);
      });
  }
  return false;
}

}  // namespace

bool guarantees(const Condition& when, const std::string& name, const Rules& rules,
                const RuleNames& names) {
  return std::any_of(when.clauses.begin(), when.clauses.end(),
                     [&](const Clause& clause) { return guarantees(clause, name, rules, names); });
}

}  // namespace upselld::playbook
