// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/activity_name.h"

namespace upselld::plugins::files {

namespace {

constexpr std::size_t kShownBytesMax = 40;
constexpr std::size_t kTimestampBytes = 19;  // 2026-11-22 06:58:00

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return lower(a) == b; });
  });
}

bool parse_finite(std::string_view text, double& out) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return false;
  out = value;
  return true;
}

}  // namespace

std::string shown_cell(std::string_view text) {
  std::string shown = "\"";
  std::size_t end = std::min(text.size(), kShownBytesMax);
  // Not in the middle of a character.
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown + (end < text.size() ? "...\"" : "\"");
}

CellReader::CellReader(const Mapping& mapping, const TimeZone& zone)
    : format_(mapping.format),
      zone_(zone),
      decimal_(mapping.decimal),
      thousands_(mapping.thousands),
      id_number_(mapping.id_number),
      is_iso_(mapping.format == "iso") {}

std::string_view CellReader::id(std::string_view text) const {
  text = trimmed(text);
  if (!id_number_) return text;
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || point == 0) return text;
  const bool is_whole =
      std::all_of(text.begin() + point + 1, text.end(), [](char c) { return c == '0'; });
  const bool is_number = std::all_of(text.begin(), text.begin() + point, is_digit);
  return is_whole && is_number ? text.substr(0, point) : text;
}

bool CellReader::instant(std::string_view text, Instant& out) const {
  text = trimmed(text);
  const bool is_common = is_iso_ && text.size() == kTimestampBytes;
  if (is_common && instant_of_known_day(text, out)) return true;
  const auto parsed = parse_instant(text, format_, zone_);
  if (!parsed) return false;
  out = *parsed;
  if (is_common) learn_day(text.substr(0, kDateBytes));
  return true;
}

// "2026-11-22 06:58:00" on the day that was seen last.
bool CellReader::instant_of_known_day(std::string_view text, Instant& out) const {
  // Of fixed length: a comparison of two words instead of a call, for every row.
  if (std::memcmp(text.data(), known_date_.data(), kDateBytes) != 0) return false;
  if ((text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return false;
  std::int64_t parts[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const char high = text[11 + 3 * i];
    const char low = text[12 + 3 * i];
    if (!is_digit(high) || !is_digit(low)) return false;
    parts[i] = (high - '0') * 10 + (low - '0');
  }
  // Anything else, a leap second among it, is for the careful reader.
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return false;
  out = known_midnight_ + seconds((parts[0] * 60 + parts[1]) * 60 + parts[2]);
  return true;
}

void CellReader::learn_day(std::string_view date) const {
  known_date_ = {};
  const auto day = parse_day(date);
  if (!day) return;
  const Instant midnight = zone_.start_of(*day);
  const bool is_plain = zone_.start_of(*day + 1) - midnight == days(1) &&
                        zone_.offset_ms(midnight) == zone_.offset_ms(midnight + hours(12));
  if (!is_plain) return;
  std::copy(date.begin(), date.end(), known_date_.begin());
  known_midnight_ = midnight;
}

bool CellReader::number(std::string_view text, double& out) const {
  text = trimmed(text);
  // Most numbers in such files are short and whole.
  if (text.size() <= 9 && !text.empty()) {
    std::uint32_t whole = 0;
    bool is_whole = true;
    for (const char c : text) {
      const auto digit = static_cast<std::uint32_t>(static_cast<unsigned char>(c)) - '0';
      is_whole = is_whole && digit <= 9;
      whole = whole * 10 + digit;
    }
    if (is_whole) {
      out = whole;
      return true;
    }
  }
  if (decimal_ == '.' && thousands_ == 0) return parse_finite(text, out);
  std::string plain;
  for (const char c : text) {
    if (thousands_ != 0 && c == thousands_) continue;
    // A point that is no decimal sign here must not pass for one.
    if (c == '.' && decimal_ != '.') return false;
    plain += c == decimal_ ? '.' : c;
  }
  return parse_finite(plain, out);
}

bool parse_flag(std::string_view text, bool& out) {
  text = trimmed(text);
  if (equals_any(text, {"yes", "true", "y", "t", "1"})) return out = true, true;
  if (equals_any(text, {"no", "false", "n", "f", "0"})) return out = false, true;
  return false;
}

bool parse_outcome(std::string_view text, bool& out) {
  text = trimmed(text);
  if (parse_flag(text, out)) return true;
  if (equals_any(text, {"won", "accepted", "success"})) return out = true, true;
  if (equals_any(text, {"lost", "declined", "rejected", "failure"})) return out = false, true;
  return false;
}

std::string activity_name_of(std::string_view text) {
  text = trimmed(text);
  if (is_activity_name(text)) return std::string(text);
  std::string name;
  for (const char c : text) {
    const char small = lower(c);
    const bool is_kept = is_digit(small) || (small >= 'a' && small <= 'z');
    if (is_kept) name += small;
    if (!is_kept && !name.empty() && name.back() != '_') name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return is_activity_name(name) ? name : std::string();
}

}  // namespace upselld::plugins::files
