// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/time_zone.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
const std::string kNothing;

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int order_of(std::string_view a, std::string_view b, bool case_sensitive) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(case_sensitive ? a[i] : lower_char(a[i]));
    const auto y = static_cast<unsigned char>(case_sensitive ? b[i] : lower_char(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

template <typename T>
int order_of(T a, T b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

bool as_bool(const Value& value) {
  const bool* held = std::get_if<bool>(&value);
  return held != nullptr && *held;
}

double as_number(const Value& value) {
  const double* held = std::get_if<double>(&value);
  return held == nullptr ? 0 : *held;
}

const std::string& as_text(const Value& value) {
  const std::string* held = std::get_if<std::string>(&value);
  return held == nullptr ? kNothing : *held;
}

Instant as_instant(const Value& value) {
  const Instant* held = std::get_if<Instant>(&value);
  return held == nullptr ? Instant::missing() : *held;
}

// The platform writes doubles as Java does: at least one decimal, an exponent from ten millions on.
std::string number_text(double value) {
  const double size = std::fabs(value);
  if (size == 0) return "0.0";
  if (size >= 1e-3 && size < 1e7) {
    std::string text = fmt::format("{}", value);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
  }
  std::string digits;
  for (int precision = 0; precision < 17; ++precision) {
    digits = fmt::format("{:.{}e}", value, precision);
    if (std::stod(digits) == value) break;
  }
  const std::size_t mark = digits.find('e');
  std::string mantissa = digits.substr(0, mark);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return fmt::format("{}E{}", mantissa, std::stoi(digits.substr(mark + 1)));
}

std::string datetime_text(Instant at, bool with_z) {
  const Day day = day_of(at);
  const Civil civil = civil_of(day);
  const std::int64_t rest = at.ms - static_cast<std::int64_t>(day.number) * kDayMs;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}", civil.year, civil.month,
                     civil.day, rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60, rest % 1000,
                     with_z ? "Z" : "+0000");
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string json_of(const Value& value, FieldType type) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (is_null(value)) return type == FieldType::boolean ? "false" : "null";
  if (const double* number = std::get_if<double>(&value)) {
    if (type == FieldType::integer) return fmt::format("{:.0f}", *number);
    return number_text(*number);
  }
  if (const Instant* at = std::get_if<Instant>(&value)) {
    return '"' + datetime_text(*at, /*with_z=*/false) + '"';
  }
  if (const Day* day = std::get_if<Day>(&value)) return '"' + to_text(*day) + '"';
  return json_string(std::get<std::string>(value));
}

std::string csv_text(const Value& value, FieldType type, bool datetime_with_z) {
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  if (const Instant* at = std::get_if<Instant>(&value)) return datetime_text(*at, datetime_with_z);
  if (const Day* day = std::get_if<Day>(&value)) return to_text(*day);
  // Whole numbers come as doubles here, even those of integer fields.
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  if (is_null(value)) return type == FieldType::boolean ? "false" : "";
  return as_bool(value) ? "true" : "false";
}

bool parse_datetime(std::string_view text, Instant& out) {
  const std::size_t t = text.find('T');
  if (t == std::string_view::npos || text.size() < 17) return false;
  const bool has_zone =
      text.ends_with('Z') || text.find_first_of("+-", t) != std::string_view::npos;
  const auto at = parse_instant(text, "iso", TimeZone::utc());
  if (!has_zone || !at) return false;
  out = *at;
  return true;
}

int compare(const Value& a, const Value& b, bool case_sensitive) {
  if (a.index() != b.index()) return a.index() < b.index() ? -1 : 1;
  if (const std::string* text = std::get_if<std::string>(&a)) {
    return order_of(*text, std::get<std::string>(b), case_sensitive);
  }
  if (const double* number = std::get_if<double>(&a)) return order_of(*number, std::get<double>(b));
  if (const Instant* at = std::get_if<Instant>(&a)) return order_of(*at, std::get<Instant>(b));
  if (const Day* day = std::get_if<Day>(&a)) return order_of(*day, std::get<Day>(b));
  if (const bool* flag = std::get_if<bool>(&a)) return order_of(*flag, std::get<bool>(b));
  return 0;
}

Day day_of(Instant at) {
  const std::int64_t number = at.ms >= 0 ? at.ms / kDayMs : (at.ms - kDayMs + 1) / kDayMs;
  return {static_cast<std::int32_t>(number)};
}

}  // namespace upselld::sandbox::salesforce
