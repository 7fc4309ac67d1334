// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/field_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/time_zone.h"
#include "sandbox/http_message.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void cannot_read(const Field& field, const char* type, const Json& value) {
  throw ApiError{400,
                 "JSON_PARSER_ERROR",
                 fmt::format("Cannot deserialize instance of {} from {} value {} or request may be "
                             "missing a required field at [line:1, column:1]",
                             type, value.is_string() ? "VALUE_STRING" : value.type_name(),
                             value.dump().substr(0, 80)),
                 {field.name}};
}

Value text_as(const Field& field, const std::string& text, bool& good) {
  good = true;
  if (field.type == FieldType::date) {
    if (const auto day = parse_day(text)) return *day;
    Instant at;
    if (parse_datetime(text, at)) return day_of(at);
  } else if (field.type == FieldType::datetime) {
    Instant at;
    if (parse_datetime(text, at)) return to_second(at);
    if (const auto day = parse_day(text)) {
      return Instant{static_cast<std::int64_t>(day->number) * 86'400'000};
    }
  } else if (!is_number(field.type) && field.type != FieldType::boolean) {
    return text;
  }
  good = false;
  return {};
}

Value value_of_json(const Field& field, const Json& value) {
  if (value.is_null()) return {};
  if (is_number(field.type)) {
    if (!value.is_number()) cannot_read(field, to_text(field.type), value);
    return value.get<double>();
  }
  if (field.type == FieldType::boolean) {
    if (!value.is_boolean()) cannot_read(field, "boolean", value);
    return value.get<bool>();
  }
  if (!value.is_string())
    cannot_read(field, is_text(field.type) ? "string" : to_text(field.type), value);
  const std::string text = value.get<std::string>();
  if (text.empty()) return {};
  bool good = false;
  Value out = text_as(field, text, good);
  if (!good) cannot_read(field, to_text(field.type), value);
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

Value stored_text(const Field& field, const std::string& given) {
  std::string text(trimmed(given));
  if (text.empty()) return {};
  if (field.length > 0 && characters(text) > static_cast<std::size_t>(field.length)) {
    throw ApiError{400,
                   "STRING_TOO_LONG",
                   fmt::format("{}: data value too large: {} (max length={})", field.label,
                               text.substr(0, 255), field.length),
                   {field.name}};
  }
  const bool restricted = field.type == FieldType::picklist && field.restricted;
  if (restricted &&
      std::find(field.values.begin(), field.values.end(), text) == field.values.end()) {
    throw ApiError{
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        fmt::format("{}: bad value for restricted picklist field: {}", field.label, text),
        {field.name}};
  }
  return text;
}

Value stored_number(const Field& field, double value) {
  const double factor = std::pow(10.0, field.scale);
  // Half away from zero, on the decimal digits that were sent rather than on their binary image.
  const double rounded = std::round(value * factor + std::copysign(1e-9, value)) / factor;
  const double limit = std::pow(10.0, field.precision - field.scale);
  if (!std::isfinite(value) || std::fabs(rounded) >= limit) {
    throw ApiError{400,
                   "NUMBER_OUTSIDE_VALID_RANGE",
                   fmt::format("{}: value outside of valid range on numeric field: {}", field.label,
                               number_text(value)),
                   {field.name}};
  }
  return rounded;
}

Value stored_reference(const Org& org, const Field& field, const std::string& text) {
  const auto id = canonical_id(text);
  if (!id) {
    throw ApiError{400,
                   "MALFORMED_ID",
                   fmt::format("{}: id value of incorrect type: {}", field.label, text),
                   {field.name}};
  }
  const ObjectType* target = org.schema.by_prefix(*id);
  const bool right_kind = target != nullptr &&
                          std::find(field.refers_to.begin(), field.refers_to.end(), target->name) !=
                              field.refers_to.end();
  const Row* row = right_kind ? org.find_row(*id) : nullptr;
  if (row == nullptr || row->is_deleted()) {
    throw ApiError{400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", {field.name}};
  }
  if (org.invisible.contains(*id)) {
    throw ApiError{400,
                   "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                   "insufficient access rights on cross-reference id: " + *id,
                   {field.name}};
  }
  return *id;
}

}  // namespace

std::vector<Assignment> assignments_of(const Org& org, const std::string& user,
                                       const ObjectType& type, const Json& record, bool takes_id) {
  std::vector<Assignment> out;
  for (const auto& [name, value] : record.items()) {
    if (equal_without_case(name, "attributes") || (takes_id && equal_without_case(name, "id"))) {
      continue;
    }
    const int column = type.column(name);
    const Field* field = column < 0 ? nullptr : &type.fields[static_cast<std::size_t>(column)];
    if (field == nullptr || (!user.empty() && !org.sees_field(user, type, *field))) {
      throw ApiError{400,
                     "INVALID_FIELD",
                     fmt::format("No such column '{}' on sobject of type {}", name, type.name),
                     {name}};
    }
    out.push_back({column, value_of_json(*field, value)});
  }
  return out;
}

Value value_of_cell(const Field& field, const std::string& cell) {
  if (cell == "#N/A") return {};
  bool good = true;
  if (is_number(field.type)) {
    double number = 0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (code == std::errc() && end == cell.data() + cell.size()) return number;
    good = false;
  } else if (field.type == FieldType::boolean) {
    if (equal_without_case(cell, "true") || cell == "1") return true;
    if (equal_without_case(cell, "false") || cell == "0") return false;
    good = false;
  } else {
    Value out = text_as(field, cell, good);
    if (good) return out;
  }
  throw ApiError{400,
                 "INVALID_TYPE_ON_FIELD_IN_RECORD",
                 fmt::format("{}: value not of required type: {}", field.label, cell.substr(0, 80)),
                 {field.name}};
}

Value normalised(const Org& org, const ObjectType& type, const Field& field, Value value) {
  if (is_null(value)) return field.type == FieldType::boolean ? Value(false) : Value();
  if (field.type == FieldType::reference) return stored_reference(org, field, as_text(value));
  if (is_number(field.type)) return stored_number(field, as_number(value));
  if (is_text(field.type) && type.name != "AccountHistory")
    return stored_text(field, as_text(value));
  return value;
}

}  // namespace upselld::sandbox::salesforce
