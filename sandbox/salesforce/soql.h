// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"

namespace upselld::sandbox::salesforce {

inline constexpr char kPlainMark = '\x01';

// A statement as written; nothing is looked up yet.
struct Literal {
  enum class Kind { null, boolean, number, string, date, datetime, relative } kind = Kind::null;
  bool boolean = false;
  double number = 0;
  std::string
      text;  // of strings, without quotes and escapes; of relative dates, the upper-case word
  Instant at;
  Day day;
  std::string pattern;  // of strings, for LIKE: kPlainMark before a % or _ that was escaped
  int count = 0;        // LAST_N_DAYS:count
};

struct Condition {
  enum class Kind { all, any, negation, comparison } kind = Kind::comparison;
  enum class Test { equal, unequal, less, less_equal, greater, greater_equal, like, in, not_in };
  std::vector<Condition> parts;
  std::string path;
  Test test = Test::equal;
  std::vector<Literal> literals;
};

struct Selected {
  enum class Aggregate { none, count, max, min, sum, avg } aggregate = Aggregate::none;
  std::string path;  // empty: COUNT()
  std::string alias;
};

struct OrderTerm {
  std::string path;
  bool descending = false, nulls_last = false;
};

struct Soql {
  std::vector<Selected> select;
  std::string from;
  std::optional<Condition> where;
  std::vector<std::string> group_by;
  std::vector<OrderTerm> order_by;
  std::optional<long> limit, offset;

  // SELECT COUNT() FROM ...
  bool counts_only() const {
    return select.size() == 1 && select[0].aggregate == Selected::Aggregate::count &&
           select[0].path.empty();
  }
  bool aggregates() const;
};

// Throws ApiError MALFORMED_QUERY with the statement, a caret below the place and what is wrong.
// What this subset does not know (subqueries, TYPEOF, date functions, ...) is malformed too.
Soql parse_soql(std::string_view text);
// The part after WHERE alone: validation rules of the sandbox are written so.
Condition parse_condition(std::string_view text);

}  // namespace upselld::sandbox::salesforce
