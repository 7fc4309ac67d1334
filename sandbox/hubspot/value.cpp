// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/time_zone.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kTextMax = 65'536;
constexpr std::int64_t kDayMs = 86'400'000;

Kept bad(const char* code, const std::string& message) {
  return {{}, BadValue{code, message}};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return out;
}

const Option* option_of(const Property& property, const std::string& value) {
  for (const Option& option : property.options) {
    if (option.value == value) return &option;
  }
  return nullptr;
}

Kept kept_choice(const Property& property, const std::string& written, const std::string& before) {
  if (!property.takes_many()) {
    if (option_of(property, written) != nullptr) return {written, {}};
    return bad("INVALID_OPTION", written + " is no option");
  }
  const bool appends = written.starts_with(';');
  std::vector<std::string> chosen =
      appends && !before.empty() ? split(before, ';') : std::vector<std::string>{};
  for (const std::string& each : split(written, ';')) {
    if (each.empty()) continue;
    if (option_of(property, each) == nullptr) {
      return bad("INVALID_OPTION", each + " is no option");
    }
    if (std::find(chosen.begin(), chosen.end(), each) == chosen.end()) chosen.push_back(each);
  }
  std::string out;
  for (const std::string& each : chosen) out += (out.empty() ? "" : ";") + each;
  return {out, {}};
}

Kept kept_owner(const Portal& portal, const std::string& written) {
  const Owner* owner = portal.owner(written);
  if (owner == nullptr) return bad("INVALID_OWNER_ID", "owner " + written + " does not exist");
  if (owner->archived) return bad("INVALID_OWNER_ID", "owner " + written + " is not active");
  return {written, {}};
}

Kept kept_date(const std::string& written) {
  if (const auto day = parse_day(written)) return {to_text(*day), {}};
  const auto ms = whole_number(written);
  if (!ms || *ms % kDayMs != 0) {
    return bad("INVALID_DATE", written + " is not a date at midnight UTC");
  }
  return {to_text(Day{static_cast<std::int32_t>(*ms / kDayMs)}), {}};
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  double out = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return {};
  return std::isfinite(out) ? std::optional<double>(out) : std::nullopt;
}

double number_of(std::string_view text) {
  return number_in(text).value_or(0);
}

std::string number_text(double value) {
  return fmt::format("{}", std::round(value * 1e6) / 1e6 + 0.0);
}

std::int64_t instant_ms(std::string_view kept) {
  return whole_number(kept).value_or(0);
}

std::optional<RecordId> record_id(std::string_view text) {
  const auto id = whole_number(text);
  return id && *id > 0 ? id : std::nullopt;
}

std::optional<std::int64_t> time_ms(const std::string& text) {
  if (const auto ms = whole_number(text)) return ms;
  if (const auto day = parse_day(text)) return static_cast<std::int64_t>(day->number) * kDayMs;
  static const TimeZone utc = TimeZone::utc();
  const auto at = parse_instant(text, "iso", utc);
  return at ? std::optional<std::int64_t>(at->ms) : std::nullopt;
}

Kept kept_value(const Portal& portal, const Property& property, const std::string& written,
                const std::string& before) {
  if (written.empty()) return {};
  if (property.referenced_object == "OWNER") return kept_owner(portal, written);
  switch (property.type) {
    case PropertyType::string:
      if (written.size() > kTextMax) return bad("INVALID_STRING_LENGTH", "the text is too long");
      if (property.name == "email" && written.find('@') == std::string::npos) {
        return bad("INVALID_EMAIL", "no e-mail address: " + written);
      }
      return {written, {}};
    case PropertyType::number:
      if (!number_in(written)) return bad("INVALID_INTEGER", written + " is no number");
      return {written, {}};
    case PropertyType::boolean: {
      const std::string word = lower(written);
      if (word == "true" || word == "false") return {word, {}};
      return bad("INVALID_OPTION", written + " is neither true nor false");
    }
    case PropertyType::date:
      return kept_date(written);
    case PropertyType::datetime: {
      const auto ms = time_ms(written);
      if (!ms) return bad("INVALID_DATE", written + " is not a valid datetime");
      return {std::to_string(*ms), {}};
    }
    case PropertyType::enumeration:
      return kept_choice(property, written, before);
  }
  return {written, {}};
}

std::string time_text(Instant at) {
  const std::int64_t ms = (at.ms % kDayMs + kDayMs) % kDayMs;
  const Day day{static_cast<std::int32_t>((at.ms - ms) / kDayMs)};
  const std::string second = fmt::format("{}T{:02}:{:02}:{:02}", to_text(day), ms / 3'600'000,
                                         ms / 60'000 % 60, ms / 1000 % 60);
  return ms % 1000 == 0 ? second + "Z" : fmt::format("{}.{:03}Z", second, ms % 1000);
}

std::string shown_value(const Property& property, const std::string& kept) {
  const bool is_time = property.type == PropertyType::datetime && !property.epoch_text;
  return is_time && !kept.empty() ? time_text({instant_ms(kept)}) : kept;
}

}  // namespace upselld::sandbox::hubspot
