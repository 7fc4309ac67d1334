// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace upselld::daemon {

// "1,234,567".
std::string grouped(std::int64_t number);
// "18.3 %" of 0.183, with `decimals`.
std::string percent(double share, int decimals = 1);
// Columns a terminal shows: UTF-8 sequences count one, control characters are made harmless.
std::string printable(const std::string& text, std::size_t width_max = 200);

// Lines of cells, padded to the widest of their column. The last column is never padded. Numbers
// are the caller's to align: a column starting with '>' in the header is right-aligned.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, std::string indent = "");
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }  // the header is a row
  std::string text() const;

 private:
  std::string indent_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
  bool has_header_ = false;
};

}  // namespace upselld::daemon
