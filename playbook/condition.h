// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "playbook/names.h"

namespace upselld::playbook {

// One value as rules compare it. Words, tags and booleans are their number; ordered text has its
// rank as number (NaN: not in the order) and its text.
struct Value {
  bool known = false;
  double number = 0;
  std::string_view text;
};

// Where a condition's values come from: an account of today, or an example.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  virtual Value value(const Key& key) const = 0;
};

// One entry of a `when`. A test on a missing value is false, except `missing`.
struct Test {
  enum class Kind : std::uint8_t { one_of, range, missing, known, top, bottom };
  Kind kind = Kind::known;
  Key key = {};
  std::vector<double> numbers = {};     // one_of, where values are numbers
  std::vector<std::string> texts = {};  // one_of, where values are text
  double from = 0, below = 0;           // range: from <= value < below; infinite where not written
  double share = 0;                     // top, bottom
  std::size_t cut = 0;                  // top, bottom: index into Frame::tag_cuts
  Place place = {};
};

struct Clause;
// All clauses hold. An empty condition is always true.
struct Condition {
  std::vector<Clause> clauses;
  Place place;
};
struct Clause {
  enum class Kind : std::uint8_t { test, any, none };
  Kind kind = Kind::test;
  Test test;
  std::vector<Condition> parts;  // any: one of them holds; none: not one of them holds
};

// `cuts` holds the values of {top} and {bottom} tests; empty where none are allowed.
bool holds(const Condition& condition, const ValueSource& values,
           const std::vector<double>& cuts = {});

// Reads a `when` map. What is wrong goes to `errors` with its place. `shares_allowed`: {top} and
// {bottom} may stand here; `cut_count` counts them.
struct ConditionReader {
  const RuleNames& names;
  std::vector<Error>& errors;
  bool shares_allowed = false;
  std::size_t cut_count = 0;

  Condition read(const Node& map);

 private:
  Clause read_clause(const Node::Entry& entry);
  Test read_test(const Key& key, const Node::Entry& entry);
  void read_range(Test& test, const Node::Entry& entry);
  void read_words(Test& test, const Node& value, const std::string& name);
  bool read_literal(const Key& key, const Node& literal, const std::string& name, double& number,
                    std::string& text);
  bool fail(const Place& place, const std::string& message);
};

// Reads one literal of an example's `given`; false when it does not fit its key (see `errors`).
struct Literal {
  Key key;
  bool known = true;
  double number = 0;
  std::string text;
};
bool read_given(const Node::Entry& entry, const RuleNames& names, Literal& literal,
                std::vector<Error>& errors);

}  // namespace upselld::playbook
