// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_csv.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Reads one field; the place is behind it, at a comma, a line end or the end.
bool read_field(std::string_view text, std::size_t& at, std::string& out) {
  const auto put = [&out](char c) {
    if (c != '\0') out += c;
  };
  if (at >= text.size() || text[at] != '"') {
    while (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') {
      put(text[at++]);
    }
    return true;
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      put(text[at]);
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '"') {
      out += text[at++];
      continue;
    }
    ++at;
    return true;
  }
  return false;
}

Error bad_csv(const std::string& what, std::size_t row, const char* why) {
  return {ErrorKind::corrupt, what + ": row " + std::to_string(row) + ": " + why, {}};
}

}  // namespace

Result<Rows> parse_csv(std::string_view text, const std::string& what) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(3);
  Rows rows;
  std::size_t at = 0;
  for (std::size_t number = 1; at < text.size(); ++number) {
    std::vector<std::string> row;
    while (true) {
      std::string field;
      if (!read_field(text, at, field)) return bad_csv(what, number, "a quote is never closed");
      row.push_back(std::move(field));
      if (at >= text.size() || text[at] != ',') break;
      ++at;
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size()) {
      if (text[at] != '\n') return bad_csv(what, number, "text behind a closing quote");
      ++at;
    }
    const bool is_blank = row.size() == 1 && row[0].empty();
    if (rows.columns.empty()) {
      if (!is_blank) rows.columns = std::move(row);
      continue;
    }
    if (is_blank && rows.columns.size() > 1) continue;
    if (row.size() != rows.columns.size()) return bad_csv(what, number, "another number of fields");
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv_cell(std::string_view text) {
  // A byte order mark in front of a file would be taken for no part of it.
  const bool is_plain = text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (is_plain && !text.starts_with(kByteOrderMark)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace upselld::plugins::salesforce
