// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace upselld::plugins {

// Writes CSV text: LF line ends, quotes only where needed. Appends to a string; whoever owns it
// decides when and how it reaches a disk.
class CsvWriter {
 public:
  // `out` outlives the writer.
  explicit CsvWriter(std::string& out, char delimiter = ',') : out_(out), delimiter_(delimiter) {}

  CsvWriter& field(std::string_view text);
  // Text that people open in a spreadsheet and that begins like a formula (= + - @ or a tab) gets
  // an apostrophe in front. Only for free text (subject, body, reasons): an id must stay what it
  // is.
  CsvWriter& free_text(std::string_view text);
  void end_row();
  void row(std::span<const std::string_view> fields);

 private:
  std::string& out_;
  char delimiter_;
  bool row_begun_ = false;
};

// What free_text writes, and back: what it was given, from the cell it made.
std::string protected_text(std::string_view text);
std::string_view unprotected(std::string_view cell);

}  // namespace upselld::plugins
