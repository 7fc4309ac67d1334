// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/record_text.h"

#include <algorithm>
#include <limits>

#include "core/settings.h"

namespace upselld::plugins {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

TextRef add_text(Page& page, std::string_view text) {
  if (text.size() > kTextBytesMax) {
    text = text.substr(0, kTextBytesMax);
    while (!text.empty() && !is_utf8(text)) text.remove_suffix(1);
  }
  return page.add(is_utf8(text) ? text : std::string_view());
}

TextRef add_id(Page& page, std::string_view text) {
  return page.add(text.size() <= kIdBytesMax && is_utf8(text) ? text : std::string_view());
}

void add_problem(Page& page, std::string_view id, const std::string& message) {
  ++page.row_problem_count;
  if (page.row_problems.size() < kRowProblemsMax) {
    page.row_problems.push_back({std::string(id.substr(0, 40)), message});
  }
}

bool is_text(AttributeKind kind) {
  return kind == AttributeKind::text || kind == AttributeKind::ordered_text;
}

double number_of(AttributeKind kind, std::string_view text, const TimeZone& zone) {
  switch (kind) {
    case AttributeKind::number:
      return parse_number(text).value_or(kNaN);
    case AttributeKind::boolean: {
      const auto yes = parse_yes_no(text);
      return yes ? (*yes ? 1 : 0) : kNaN;
    }
    case AttributeKind::instant: {
      const auto at = parse_instant(text, "iso", zone);
      return at ? static_cast<double>(at->ms) : kNaN;
    }
    case AttributeKind::text:
    case AttributeKind::ordered_text:
      break;
  }
  return kNaN;
}

Instant known_since(Instant at, Instant created) {
  return created.is_missing() ? at : std::max(at, created);
}

std::string cut_to(const std::string& text, std::size_t length) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && ++characters > length) return text.substr(0, i);
  }
  return text;
}

}  // namespace upselld::plugins
