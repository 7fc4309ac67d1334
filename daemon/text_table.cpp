// SPDX-License-Identifier: Apache-2.0
#include "daemon/text_table.h"

#include <fmt/format.h>

#include <string_view>

#include <algorithm>
#include <utility>

namespace upselld::daemon {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::size_t own = width_of(text);
  const std::string blanks(width > own ? width - own : 0, ' ');
  return right ? blanks + text : text + blanks;
}

// Controls (of one byte, or U+0080 to U+009F), invisible characters (U+200B to U+200F) and those
// that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069).
bool moves_or_hides(std::string_view character) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  if (byte(1) == 0x80) {
    return (byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xaa && byte(2) <= 0xae);
  }
  return byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return number < 0 ? "-" + digits : digits;
}

std::string percent(double share, int decimals) {
  return fmt::format("{:.{}f} %", share * 100, decimals);
}

std::string printable(const std::string& text, std::size_t width_max) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    if (++width > width_max) return out + "...";
    const std::string_view character = std::string_view(text).substr(at, end - at);
    out += moves_or_hides(character) ? std::string_view(" ") : character;
    at = end;
  }
  return out;
}

TextTable::TextTable(std::vector<std::string> header, std::string indent)
    : indent_(std::move(indent)) {
  for (std::string& cell : header) {
    right_.push_back(cell.starts_with('>'));
    if (right_.back()) cell.erase(0, 1);
    has_header_ = has_header_ || !cell.empty();
  }
  rows_.push_back(std::move(header));
}

void TextTable::add(std::vector<std::string> cells) {
  cells.resize(right_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string out;
  for (std::size_t r = has_header_ ? 0 : 1; r < rows_.size(); ++r) {
    std::string line = indent_;
    for (std::size_t c = 0; c < right_.size(); ++c) {
      if (c > 0) line += "  ";
      line += padded(rows_[r][c], widths[c], right_[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace upselld::daemon
