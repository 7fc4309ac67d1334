// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/instant.h"
#include "sandbox/salesforce/schema.h"

namespace upselld::sandbox::salesforce {

// A refusal as the API words it. Thrown inside this folder and turned into an answer in one place
// (server.cpp), or into a row's error where rows are answered one by one: every step of reading a
// request can refuse, and nothing between has anything to add.
struct ApiError {
  int status = 400;
  std::string code;
  std::string message;
  std::vector<std::string> fields;
};

// What a cell holds; texts, ids and picklist values are strings.
using Value = std::variant<std::monostate, bool, double, std::string, Instant, Day>;

inline bool is_null(const Value& value) {
  return value.index() == 0;
}
bool as_bool(const Value& value);                // null: false
double as_number(const Value& value);            // null: 0
const std::string& as_text(const Value& value);  // null: empty
Instant as_instant(const Value& value);          // null: missing

// As JSON answers write them: 1200.0, 1.2E7, "2026-11-22T01:02:03.000+0000".
std::string json_of(const Value& value, FieldType type);
std::string number_text(double value);
std::string datetime_text(Instant at, bool with_z);
std::string json_string(std::string_view text);
// As Bulk results write them, unquoted; null is empty.
std::string csv_text(const Value& value, FieldType type, bool datetime_with_z);

// "2026-11-22T01:02:03Z" with any zone; false for all else.
bool parse_datetime(std::string_view text, Instant& out);

// Less than zero, zero, more than zero; of values of one field that are not null. Texts without
// regard to case unless `case_sensitive`.
int compare(const Value& a, const Value& b, bool case_sensitive);

// Cut to the second, as stamps are.
inline Instant to_second(Instant at) {
  return {at.ms - at.ms % 1000};
}
Day day_of(Instant at);  // in UTC

}  // namespace upselld::sandbox::salesforce
