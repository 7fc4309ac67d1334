// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "sandbox/salesforce/path.h"

namespace upselld::sandbox::salesforce {

// A condition looked up and type-checked for one user: every literal has its field's type.
class Filter {
 public:
  // Throws ApiError: INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR.
  Filter(const Org& org, const std::string& user, const ObjectType& type,
         const Condition& condition);
  bool passes(const Org& org, const ObjectType& type, const Row& row) const;

 private:
  struct Range {  // of a relative date: half-open
    Value from, below;
  };
  void bind(const Org& org, const Literal& literal);
  bool compares(const Value& value) const;
  bool in_range(const Value& value) const;

  Condition::Kind kind_;
  std::vector<Filter> parts_;
  Path path_;
  Condition::Test test_;
  std::vector<Value> values_;
  std::unordered_set<std::string> texts_;  // of IN, normalised
  bool has_null_ = false;
  std::string pattern_;
  std::vector<Range> ranges_;
};

// SOQL's LIKE: without regard to case, % for any text, _ for one character.
bool like(std::string_view text, std::string_view pattern);

}  // namespace upselld::sandbox::salesforce
