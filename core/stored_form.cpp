// SPDX-License-Identifier: Apache-2.0
#include "core/stored_form.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/settings.h"
#include "core/time_zone.h"

namespace upselld {

namespace {

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool is_rounded(const std::string& sent, const std::string& read) {
  const auto full = parse_number(sent);
  const auto rounded = parse_number(read);
  return full && rounded && *rounded == std::round(*rounded) && std::abs(*full - *rounded) <= 0.5;
}

bool is_cut_to_minute(const std::string& sent, const std::string& read) {
  const auto full = parse_instant(sent, "iso", TimeZone::utc());
  const auto cut = parse_instant(read, "iso", TimeZone::utc());
  return full && cut && *cut <= *full && *full < *cut + minutes(1);
}

bool differ_in_capitals_only(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

bool may_be_stored_as(Field field, const std::string& sent, const std::string& read) {
  if (sent == read) return true;
  switch (field) {
    case Field::score:
    case Field::change:
      return is_rounded(sent, read);
    case Field::data_as_of:
      return is_cut_to_minute(sent, read);
    case Field::band:
    case Field::segment:
    case Field::status:
      return differ_in_capitals_only(sent, read);
    case Field::tags:
    case Field::next_action:
    case Field::top_reason:
    case Field::reasons:
    case Field::model_version:
      return with_single_blanks(sent) == with_single_blanks(read);
    case Field::pause_until:
      return false;
  }
  return false;
}

}  // namespace upselld
