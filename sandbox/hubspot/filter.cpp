// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "sandbox/http_message.h"
#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/record_json.h"
#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

using Test = Filter::Test;

constexpr std::size_t kGroupsMax = 5, kFiltersPerGroupMax = 6, kFiltersMax = 18;

struct Operator {
  const char* name;
  Test test;
};
constexpr Operator kOperators[] = {
    {"EQ", Test::eq},
    {"NEQ", Test::neq},
    {"LT", Test::lt},
    {"LTE", Test::lte},
    {"GT", Test::gt},
    {"GTE", Test::gte},
    {"BETWEEN", Test::between},
    {"IN", Test::in},
    {"NOT_IN", Test::not_in},
    {"HAS_PROPERTY", Test::has},
    {"NOT_HAS_PROPERTY", Test::has_not},
    {"CONTAINS_TOKEN", Test::contains},
    {"NOT_CONTAINS_TOKEN", Test::contains_not},
};

bool is_numeric(const Property& property) {
  return property.referenced_object != "OWNER" &&
         (property.type == PropertyType::number || property.type == PropertyType::datetime ||
          property.type == PropertyType::date);
}

// Dates and datetimes as milliseconds.
double number_at(const Property& property, const std::string& kept) {
  if (property.type != PropertyType::date) return number_of(kept);
  return static_cast<double>(time_ms(kept).value_or(0));
}

std::string text_of(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool has_token(const std::string& text, const std::string& token) {
  std::string sought = lower(token);
  sought.erase(std::remove(sought.begin(), sought.end(), '*'), sought.end());
  return lower(text).find(sought) != std::string::npos;
}

double fast_number(const Candidate& candidate, int column) {
  if (column == kObjectId) return static_cast<double>(candidate.record.id);
  if (column == kCreated) return static_cast<double>(candidate.record.created_at.ms);
  const Instant at =
      candidate.behind == nullptr ? candidate.record.updated_at : candidate.behind->updated_at;
  return static_cast<double>(at.ms);
}

bool compare_numbers(Test test, double value, const std::vector<double>& with) {
  switch (test) {
    case Test::eq:
      return value == with[0];
    case Test::neq:
      return value != with[0];
    case Test::lt:
      return value < with[0];
    case Test::lte:
      return value <= with[0];
    case Test::gt:
      return value > with[0];
    case Test::gte:
      return value >= with[0];
    case Test::between:
      return value >= with[0] && value <= with[1];
    case Test::in:
      return std::find(with.begin(), with.end(), value) != with.end();
    case Test::not_in:
      return std::find(with.begin(), with.end(), value) == with.end();
    case Test::has:
    case Test::has_not:
    case Test::contains:
    case Test::contains_not:
      break;
  }
  return false;
}

bool compare_texts(const Property& property, Test test, const std::string& value,
                   const std::vector<std::string>& with) {
  const auto order = [&](std::size_t i) { return compare_values(property, value, with[i]); };
  const bool is_choice = property.type == PropertyType::enumeration;
  const auto is_one = [&] {
    // The index holds texts in lower case, and takes the list as it is written.
    const std::string held = is_choice ? value : lower(value);
    return std::find(with.begin(), with.end(), held) != with.end();
  };
  switch (test) {
    case Test::eq:
      return order(0) == 0;
    case Test::neq:
      return order(0) != 0;
    case Test::lt:
      return order(0) < 0;
    case Test::lte:
      return order(0) <= 0;
    case Test::gt:
      return order(0) > 0;
    case Test::gte:
      return order(0) >= 0;
    case Test::between:
      return order(0) >= 0 && order(1) <= 0;
    case Test::in:
      return is_one();
    case Test::not_in:
      return !is_one();
    case Test::contains:
      return has_token(value, with[0]);
    case Test::contains_not:
      return !has_token(value, with[0]);
    case Test::has:
    case Test::has_not:
      break;
  }
  return false;
}

}  // namespace

int compare_values(const Property& property, const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return static_cast<int>(b.empty()) - static_cast<int>(a.empty());
  if (is_numeric(property)) {
    const double left = number_at(property, a), right = number_at(property, b);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return property.type == PropertyType::enumeration ? a.compare(b) : lower(a).compare(lower(b));
}

bool matches_words(const ObjectType& type, const Candidate& candidate, const std::string& words) {
  for (const std::string& word : split(words, ' ')) {
    const bool found = std::any_of(type.searched.begin(), type.searched.end(), [&](int column) {
      return has_token(value_of(type, candidate.record, column, candidate.behind), word);
    });
    if (!word.empty() && !found) return false;
  }
  return true;
}

Filters::Filters(const Portal& portal, const ObjectType& type, const Json& body)
    : portal_(portal), type_(type) {
  Json groups = body.value("filterGroups", Json::array());
  if (body.contains("filters")) groups.push_back({{"filters", body["filters"]}});
  if (groups.size() > kGroupsMax) throw invalid("at most 5 filterGroups");
  std::size_t count = 0;
  for (const Json& group : groups) {
    const Json filters = group.value("filters", Json::array());
    if (filters.size() > kFiltersPerGroupMax) throw invalid("at most 6 filters in a group");
    std::vector<Filter>& made = groups_.emplace_back();
    for (const Json& filter : filters) made.push_back(filter_of(filter));
    count += made.size();
  }
  if (count > kFiltersMax) throw invalid("at most 18 filters");
  if (groups_.size() != 1) return;
  for (const Filter& filter : groups_[0]) {
    const bool is_least =
        filter.column == kObjectId && (filter.test == Test::gt || filter.test == Test::gte);
    if (is_least) {
      least_id_ = std::max(least_id_, record_id(filter.values[0]).value_or(0));
    }
  }
}

Filter Filters::filter_of(const Json& json) const {
  const std::string name = json.value("propertyName", ""), word = json.value("operator", "");
  const auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                  [&](const Operator& each) { return word == each.name; });
  if (found == std::end(kOperators)) throw invalid("no operator " + word);
  Filter filter{found->test, type_.column(name), nullptr, {}, {}};
  if (name.starts_with("associations.")) {
    filter.other = portal_.schema.find(name.substr(std::string("associations.").size()));
    if (filter.other == nullptr || filter.test != Test::eq)
      throw invalid("no such filter: " + name);
  } else if (filter.column < 0) {
    throw invalid("no property " + name, "PROPERTY_DOESNT_EXIST", name);
  }
  if (name == "hs_email_html" || name == "hs_body_preview") throw invalid(name + " is no filter");
  if (filter.test == Test::in || filter.test == Test::not_in) {
    for (const Json& value : json.value("values", Json::array())) {
      filter.values.push_back(text_of(value));
    }
    if (filter.values.empty()) throw invalid("values are needed with " + word);
  } else if (filter.test != Test::has && filter.test != Test::has_not) {
    if (!json.contains("value")) throw invalid("a value is needed with " + word);
    filter.values.push_back(text_of(json["value"]));
    if (filter.test == Test::between)
      filter.values.push_back(text_of(json.value("highValue", Json(""))));
  }
  if (filter.column < 0 || !is_numeric(type_.at(filter.column))) return filter;
  const bool is_time = type_.at(filter.column).type != PropertyType::number;
  for (const std::string& value : filter.values) {
    const auto number = is_time ? time_ms(value) : std::nullopt;
    const auto plain = is_time ? std::nullopt : number_in(value);
    if (!number && !plain) throw invalid("not a value for " + name, "INVALID_INTEGER", name);
    filter.numbers.push_back(number ? static_cast<double>(*number) : *plain);
  }
  return filter;
}

bool Filters::match(const Filter& filter, const Candidate& candidate) const {
  if (filter.other != nullptr) {
    const RecordId id = record_id(filter.values[0]).value_or(0);
    return portal_.associations.link_between(type_, candidate.record.id, *filter.other, id) !=
           nullptr;
  }
  if (filter.column <= kModified && !filter.numbers.empty()) {
    return compare_numbers(filter.test, fast_number(candidate, filter.column), filter.numbers);
  }
  const Property& property = type_.at(filter.column);
  const std::string value = value_of(type_, candidate.record, filter.column, candidate.behind);
  if (filter.test == Test::has) return !value.empty();
  if (filter.test == Test::has_not) return value.empty();
  if (value.empty()) {
    const bool is_not = filter.test == Test::neq || filter.test == Test::not_in;
    return is_not && portal_.switches.is_on("not_equal_matches_unset");
  }
  if (!filter.numbers.empty()) {
    return compare_numbers(filter.test, number_at(property, value), filter.numbers);
  }
  return compare_texts(property, filter.test, value, filter.values);
}

bool Filters::match(const Candidate& candidate) const {
  if (groups_.empty()) return true;
  return std::any_of(groups_.begin(), groups_.end(), [&](const std::vector<Filter>& group) {
    return std::all_of(group.begin(), group.end(),
                       [&](const Filter& filter) { return match(filter, candidate); });
  });
}

}  // namespace upselld::sandbox::hubspot
