// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"
#include "core/settings.h"
#include "core/time_zone.h"
#include "playbook/names.h"

namespace upselld::playbook {

inline constexpr std::size_t kSubjectBytesMax = 255;
inline constexpr std::size_t kBodyBytesMax = 32'000;
inline constexpr std::size_t kValueBytesMax = 200;
inline constexpr std::size_t kReasonBytesMax = 600;

// A text with {placeholders}, split once. "{{" and "}}" are braces.
struct Template {
  struct Piece {
    std::string text;  // as is, or the placeholder's name
    bool placeholder = false;
  };
  struct Line {
    std::vector<Piece> pieces;
  };
  std::vector<Line> lines;
  Place place;
};

// Placeholders besides attributes and features.
inline constexpr const char* kTextWords[] = {"account",     "contact",         "likelihood",
                                             "reasons_for", "reasons_against", "due"};

// Splits a text. Names that are not `known` and stray braces go to `errors`.
Template read_template(const Node& text, const std::vector<std::string>& known,
                       std::vector<Error>& errors);
std::vector<std::string> placeholders(const Template& text);
// The names between braces of any text, without checking them.
std::vector<std::string> names_between_braces(std::string_view text);

// A line whose value is missing is left out, and with it a heading: a plain line directly above a
// line that is nothing but that placeholder. The result ends without a line break.
using ValueText = std::function<std::optional<std::string>(const std::string& name)>;
std::string render(const Template& text, const ValueText& value);

// How values are told: 0.84 of unit "share" as "84 %", 14200 of unit "EUR" as "14,200 EUR", counts
// whole, days as "18 Nov" (with the year when more than nine months away from `today`).
std::string told_number(double value, std::string_view unit);
std::string told_day(Day day, Day today);
std::string told_instant(Instant at, const TimeZone& zone, Day today);  // "23 Nov 06:58"
std::string told_likelihood(double probability);                        // "18 %", "2.4 %"
// "at_risk" -> "At risk".
std::string told_word(std::string_view word);

// CRM text made harmless: valid UTF-8, no control or direction characters, one line, not longer
// than `bytes_max`.
std::string plain_line(std::string_view text, std::size_t bytes_max = kValueBytesMax);
// Cuts at a character's border.
std::string cut(std::string_view text, std::size_t bytes_max);

}  // namespace upselld::playbook
