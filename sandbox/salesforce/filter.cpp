// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/filter.h"

#include <fmt/format.h>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

using Test = Condition::Test;

bool is_order(Test test) {
  return test == Test::less || test == Test::less_equal || test == Test::greater ||
         test == Test::greater_equal;
}

[[noreturn]] void wrong_type(const Field& field, const char* type, bool quoted) {
  throw ApiError{400,
                 "INVALID_FIELD",
                 fmt::format("value of filter criterion for field '{}' must be of type {} and "
                             "should {}be enclosed in quotes",
                             field.name, type, quoted ? "" : "not "),
                 {}};
}

Instant start_of(Day day) {
  return {static_cast<std::int64_t>(day.number) * 86'400'000};
}

struct Days {
  Day from, below;
};

Days days_of(const Literal& literal, Day today) {
  const Civil civil = civil_of(today);
  const auto month = [&](int by) {
    const int number = civil.year * 12 + static_cast<int>(civil.month) - 1 + by;
    return Day::of_civil(number / 12, static_cast<unsigned>(number % 12 + 1), 1);
  };
  const auto year = [&](int by) { return Day::of_civil(civil.year + by, 1, 1); };
  if (literal.text == "TODAY") return {today, today + 1};
  if (literal.text == "YESTERDAY") return {today - 1, today};
  if (literal.text == "TOMORROW") return {today + 1, today + 2};
  if (literal.text == "THIS_MONTH") return {month(0), month(1)};
  if (literal.text == "LAST_MONTH") return {month(-1), month(0)};
  if (literal.text == "THIS_YEAR") return {year(0), year(1)};
  if (literal.text == "LAST_YEAR") return {year(-1), year(0)};
  if (literal.text == "LAST_N_DAYS") return {today - literal.count, today + 1};
  return {today + 1, today + literal.count + 1};  // NEXT_N_DAYS
}

Value id_value(const Field& field, const Literal& literal) {
  if (literal.kind != Literal::Kind::string) wrong_type(field, "ID", /*quoted=*/true);
  if (literal.text.empty()) return {};
  const auto id = canonical_id(literal.text);
  if (!id) {
    throw ApiError{400, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: " + literal.text, {}};
  }
  return *id;
}

// Of a literal that is neither null nor a relative date.
Value typed(const Field& field, const Literal& literal) {
  using Kind = Literal::Kind;
  switch (field.type) {
    case FieldType::id:
    case FieldType::reference:
      return id_value(field, literal);
    case FieldType::boolean:
      if (literal.kind != Kind::boolean) wrong_type(field, "boolean", /*quoted=*/false);
      return literal.boolean;
    case FieldType::integer:
    case FieldType::number:
    case FieldType::currency:
    case FieldType::percent:
      if (literal.kind != Kind::number) wrong_type(field, "double", /*quoted=*/false);
      return literal.number;
    case FieldType::date:
      if (literal.kind != Kind::date) wrong_type(field, "date", /*quoted=*/false);
      return literal.day;
    case FieldType::datetime:
      if (literal.kind != Kind::datetime) wrong_type(field, "dateTime", /*quoted=*/false);
      return literal.at;
    case FieldType::string:
    case FieldType::textarea:
    case FieldType::picklist:
    case FieldType::combobox:
    case FieldType::phone:
    case FieldType::url:
    case FieldType::email:
      break;
  }
  if (literal.kind != Kind::string) wrong_type(field, "string", /*quoted=*/true);
  return literal.text.empty() ? Value() : Value(literal.text);
}

std::string normal(const Field& field, const std::string& text) {
  return field.case_sensitive || field.type == FieldType::id || field.type == FieldType::reference
             ? text
             : lower(text);
}

}  // namespace

bool like(std::string_view text, std::string_view pattern) {
  while (!pattern.empty()) {
    if (pattern[0] == '%') {
      for (std::size_t skip = 0; skip <= text.size(); ++skip) {
        if (like(text.substr(skip), pattern.substr(1))) return true;
      }
      return false;
    }
    if (text.empty()) return false;
    const bool any = pattern[0] == '_';
    if (pattern[0] == kPlainMark) pattern.remove_prefix(1);
    if (!any && !equal_without_case(text.substr(0, 1), pattern.substr(0, 1))) return false;
    text.remove_prefix(1);
    pattern.remove_prefix(1);
  }
  return text.empty();
}

Filter::Filter(const Org& org, const std::string& user, const ObjectType& type,
               const Condition& condition)
    : kind_(condition.kind), test_(condition.test) {
  for (const Condition& part : condition.parts) parts_.emplace_back(org, user, type, part);
  if (kind_ != Condition::Kind::comparison) return;
  path_ = resolve_path(org, user, type, condition.path);
  const Field& field = path_.field;
  const bool ordered = is_order(test_);
  if (field.long_text) {
    throw ApiError{400,
                   "INVALID_QUERY_FILTER_OPERATOR",
                   fmt::format("field '{}' can not be filtered in a query call", field.name),
                   {}};
  }
  if ((test_ == Test::like && !is_text(field.type)) ||
      (ordered && field.type == FieldType::boolean)) {
    throw ApiError{400, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on " + field.name, {}};
  }
  for (const Literal& literal : condition.literals) bind(org, literal);
}

void Filter::bind(const Org& org, const Literal& literal) {
  const Field& field = path_.field;
  if (literal.kind == Literal::Kind::relative) {
    const Days range = days_of(literal, day_of(org.now()));
    if (field.type == FieldType::date) {
      ranges_.push_back({range.from, range.below});
    } else if (field.type == FieldType::datetime) {
      ranges_.push_back({start_of(range.from), start_of(range.below)});
    } else {
      wrong_type(field, to_text(field.type), is_text(field.type));
    }
    return;
  }
  if (test_ == Test::like) pattern_ = literal.pattern;
  const Value value = literal.kind == Literal::Kind::null ? Value() : typed(field, literal);
  if (is_null(value)) {
    has_null_ = true;
    if (is_order(test_))
      throw ApiError{400, "INVALID_QUERY_FILTER_OPERATOR", "null has no order", {}};
  } else if (std::holds_alternative<std::string>(value)) {
    texts_.insert(normal(field, as_text(value)));
  }
  values_.push_back(value);
}

bool Filter::in_range(const Value& value) const {
  const Range& range = ranges_[0];
  const bool from = compare(value, range.from, /*case_sensitive=*/true) >= 0;
  const bool below = compare(value, range.below, /*case_sensitive=*/true) < 0;
  switch (test_) {
    case Test::equal:
    case Test::in:
      return from && below;
    case Test::unequal:
    case Test::not_in:
      return !(from && below);
    case Test::less:
      return !from;
    case Test::less_equal:
      return below;
    case Test::greater:
      return !below;
    case Test::greater_equal:
      return from;
    case Test::like:
      return false;
  }
  return false;
}

bool Filter::compares(const Value& held) const {
  Value value = held;
  if (is_null(value) && path_.field.type == FieldType::boolean) value = false;
  const bool negative = test_ == Test::unequal || test_ == Test::not_in;
  if (is_null(value)) {
    if (negative) return !has_null_;
    return has_null_ && (test_ == Test::equal || test_ == Test::in);
  }
  if (!ranges_.empty()) return in_range(value);
  if (test_ == Test::like) return like(as_text(value), pattern_);
  if (is_order(test_)) {
    // Ids compare as they are ordered.
    const bool is_exact = path_.field.case_sensitive || path_.field.type == FieldType::id;
    const int order = compare(value, values_[0], is_exact);
    switch (test_) {
      case Test::less:
        return order < 0;
      case Test::less_equal:
        return order <= 0;
      case Test::greater:
        return order > 0;
      case Test::greater_equal:
        return order >= 0;
      case Test::equal:
      case Test::unequal:
      case Test::like:
      case Test::in:
      case Test::not_in:
        return false;
    }
  }
  bool found = false;
  if (std::holds_alternative<std::string>(value)) {
    found = texts_.contains(normal(path_.field, as_text(value)));
  } else {
    for (const Value& each : values_) found = found || compare(value, each, true) == 0;
  }
  return found != negative;
}

bool Filter::passes(const Org& org, const ObjectType& type, const Row& row) const {
  switch (kind_) {
    case Condition::Kind::all:
      for (const Filter& part : parts_) {
        if (!part.passes(org, type, row)) return false;
      }
      return true;
    case Condition::Kind::any:
      for (const Filter& part : parts_) {
        if (part.passes(org, type, row)) return true;
      }
      return false;
    case Condition::Kind::negation:
      return !parts_[0].passes(org, type, row);
    case Condition::Kind::comparison:
      return compares(value_at(org, type, row, path_));
  }
  return false;
}

}  // namespace upselld::sandbox::salesforce
