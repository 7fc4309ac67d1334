// SPDX-License-Identifier: Apache-2.0
#include "playbook/text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "core/number_text.h"

namespace upselld::playbook {

namespace {

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int32_t kYearShownBeyondDays = 270;
constexpr std::int64_t kDayMs = days(1).ms;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The name of the placeholder that begins at `at` ("{name}"), or empty.
std::string_view name_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && is_name_byte(text[end])) ++end;
  if (end == at + 1 || end >= text.size() || text[end] != '}') return {};
  return text.substr(at + 1, end - at - 1);
}

// Splits one line; false when a brace stands alone.
bool split_line(std::string_view text, Template::Line& line) {
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) line.pieces.push_back({plain, false});
    plain.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      plain += c;
    } else if (i + 1 < text.size() && text[i + 1] == c) {
      plain += c;
      ++i;
    } else {
      const std::string_view name = c == '{' ? name_at(text, i) : std::string_view();
      if (name.empty()) return false;
      flush();
      line.pieces.push_back({std::string(name), true});
      i += name.size() + 1;
    }
  }
  flush();
  return true;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool is_plain(const Template::Line& line) {
  return std::none_of(line.pieces.begin(), line.pieces.end(),
                      [](const Template::Piece& piece) { return piece.placeholder; });
}

bool is_one_placeholder(const Template::Line& line) {
  return line.pieces.size() == 1 && line.pieces[0].placeholder;
}

std::optional<std::string> render_line(const Template::Line& line, const ValueText& value) {
  std::string text;
  for (const Template::Piece& piece : line.pieces) {
    if (!piece.placeholder) {
      text += piece.text;
      continue;
    }
    const auto told = value(piece.text);
    if (!told || told->empty()) return std::nullopt;
    text += *told;
  }
  return text;
}

std::string with_thousands(double value) {
  const std::string digits = fixed_text(std::abs(value), 0);
  std::string text = value < 0 && digits != "0" ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

bool is_currency(std::string_view unit) {
  return unit.size() == 3 &&
         std::all_of(unit.begin(), unit.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Template read_template(const Node& text, const std::vector<std::string>& known,
                       std::vector<Error>& errors) {
  Template result;
  result.place = text.place;
  for (const std::string_view line_text : lines_of(text.text)) {
    Template::Line line;
    if (!split_line(line_text, line)) {
      errors.push_back(error_at(
          text.place, fmt::format("a brace stands alone in \"{}\"; placeholders are {{name}}, and "
                                  "{{{{ is a brace",
                                  plain_line(line_text, 60))));
    }
    result.lines.push_back(std::move(line));
  }
  for (const std::string& name : placeholders(result)) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest(name, known);
    errors.push_back(error_at(
        text.place, fmt::format("unknown placeholder {{{}}}{}", name,
                                near.empty() ? "; upselld features lists what texts may use"
                                             : fmt::format("; did you mean {{{}}}?", near))));
  }
  return result;
}

std::vector<std::string> placeholders(const Template& text) {
  std::vector<std::string> names;
  for (const Template::Line& line : text.lines) {
    for (const Template::Piece& piece : line.pieces) {
      if (!piece.placeholder) continue;
      if (std::find(names.begin(), names.end(), piece.text) == names.end()) {
        names.push_back(piece.text);
      }
    }
  }
  return names;
}

std::vector<std::string> names_between_braces(std::string_view text) {
  Template found;
  for (const std::string_view line : lines_of(text)) {
    split_line(line, found.lines.emplace_back());
  }
  return placeholders(found);
}

std::string render(const Template& text, const ValueText& value) {
  std::string result;
  std::optional<std::string> heading;
  bool first = true;
  const auto add = [&](const std::string& line) {
    if (!first) result += '\n';
    result += line;
    first = false;
  };
  for (const Template::Line& line : text.lines) {
    const auto told = render_line(line, value);
    // A heading waits for the line below it, which may take it away.
    if (heading && (told || !is_one_placeholder(line))) add(*heading);
    heading.reset();
    if (!told) continue;
    if (is_plain(line)) {
      heading = told;
    } else {
      add(*told);
    }
  }
  if (heading) add(*heading);
  return result;
}

std::string told_number(double value, std::string_view unit) {
  if (unit == "share") {
    const double percent =
        std::abs(100 * value) >= 10 ? std::round(100 * value) : std::round(1000 * value) / 10;
    return fixed_text(percent, percent == std::floor(percent) ? 0 : 1) + " %";
  }
  const double shortened = std::round(value * 10) / 10;
  const bool is_whole = std::abs(value) >= 100 || shortened == std::floor(shortened);
  const std::string text = is_whole ? with_thousands(std::round(value)) : fixed_text(value, 1);
  return is_currency(unit) ? text + " " + std::string(unit) : text;
}

std::string told_day(Day day, Day today) {
  const Civil civil = civil_of(day);
  const std::string text = fmt::format("{} {}", civil.day, kMonths[civil.month - 1]);
  const bool is_near = std::abs(day.number - today.number) <= kYearShownBeyondDays;
  return is_near ? text : fmt::format("{} {}", text, civil.year);
}

std::string told_instant(Instant at, const TimeZone& zone, Day today) {
  const std::int64_t local = at.ms + zone.offset_ms(at);
  const std::int64_t minutes_of_day = ((local % kDayMs + kDayMs) % kDayMs) / 60'000;
  return fmt::format("{} {:02}:{:02}", told_day(zone.day_of(at), today), minutes_of_day / 60,
                     minutes_of_day % 60);
}

std::string told_likelihood(double probability) {
  const double percent = 100 * probability;
  return fixed_text(percent, percent >= 5 ? 0 : 1) + " %";
}

std::string told_word(std::string_view word) {
  std::string text(word);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

}  // namespace upselld::playbook
