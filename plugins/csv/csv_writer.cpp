// SPDX-License-Identifier: Apache-2.0
#include "plugins/csv/csv_writer.h"

namespace upselld::plugins {

namespace {

// True for apostrophes followed by what a spreadsheet takes for the beginning of a formula.
bool looks_like_formula(std::string_view text) {
  const std::size_t at = text.find_first_not_of('\'');
  return at != std::string_view::npos &&
         std::string_view("=+-@\t").find(text[at]) != std::string_view::npos;
}

}  // namespace

CsvWriter& CsvWriter::field(std::string_view text) {
  if (row_begun_) out_ += delimiter_;
  row_begun_ = true;
  const char special[] = {delimiter_, '"', '\n', '\r', '\0'};
  if (text.find_first_of(special) == std::string_view::npos) {
    out_ += text;
    return *this;
  }
  out_ += '"';
  for (const char c : text) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

CsvWriter& CsvWriter::free_text(std::string_view text) {
  return field(protected_text(text));
}

void CsvWriter::end_row() {
  out_ += '\n';
  row_begun_ = false;
}

void CsvWriter::row(std::span<const std::string_view> fields) {
  for (const std::string_view text : fields) field(text);
  end_row();
}

// Text that begins with apostrophes before a formula sign gets one more, or reading it back would
// take one of its own away.
std::string protected_text(std::string_view text) {
  return looks_like_formula(text) ? "'" + std::string(text) : std::string(text);
}

std::string_view unprotected(std::string_view cell) {
  if (!cell.empty() && cell.front() == '\'' && looks_like_formula(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace upselld::plugins
