// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

// A record as the index knows it.
struct Candidate {
  const Record& record;
  const Behind* behind = nullptr;  // null: as it is
};

struct Filter {
  enum class Test {
    eq,
    neq,
    lt,
    lte,
    gt,
    gte,
    between,
    in,
    not_in,
    has,
    has_not,
    contains,
    contains_not
  };
  Test test = Test::eq;
  int column = -1;                    // -1: an association with `other`
  const ObjectType* other = nullptr;  // of "associations.company"
  std::vector<std::string> values;    // kept form; of IN several, of BETWEEN two
  std::vector<double> numbers;        // the same, of numbers and times
};

// The filter groups of a search. Throws ApiError 400.
class Filters {
 public:
  Filters(const Portal& portal, const ObjectType& type, const nlohmann::ordered_json& body);
  bool match(const Candidate& candidate) const;
  // No record with a smaller id matches.
  RecordId least_id() const { return least_id_; }

 private:
  bool match(const Filter& filter, const Candidate& candidate) const;
  Filter filter_of(const nlohmann::ordered_json& json) const;

  const Portal& portal_;
  const ObjectType& type_;
  std::vector<std::vector<Filter>> groups_;
  RecordId least_id_ = 0;
};

// Less than, equal to or greater than zero; what is not set comes first. Texts without regard to
// case, but for enumerations.
int compare_values(const Property& property, const std::string& a, const std::string& b);
// Each word is in one of the properties that free text looks into; no words: all match.
bool matches_words(const ObjectType& type, const Candidate& candidate, const std::string& words);

}  // namespace upselld::sandbox::hubspot
