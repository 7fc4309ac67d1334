// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::sandbox {

// A CSV file being written, row by row, cell by cell. Gzipped when its name ends in ".gz". Texts
// are never quoted: what the generator writes needs none. It appears under its name when closed, so
// that a broken run leaves no half file that looks whole.
class CsvOut {
 public:
  // `header` names the columns, with commas between.
  static Result<CsvOut> create(const std::string& path, std::string_view header);
  CsvOut(CsvOut&&) noexcept;
  CsvOut& operator=(CsvOut&&) noexcept;
  ~CsvOut();

  CsvOut& text(std::string_view cell);
  CsvOut& integer(std::int64_t cell);
  CsvOut& decimal(double cell, int decimals);
  CsvOut& cents(std::int64_t cell);  // 1234 becomes 12.34
  CsvOut& yes_no(bool cell) { return text(cell ? "yes" : "no"); }
  CsvOut& day(Day cell);
  CsvOut& moment(Day day, int second_of_day);  // UTC
  CsvOut& empty() { return text({}); }
  void end_row();

  std::int64_t rows() const { return rows_; }
  // Errors of any write before show here too; the file is then not there. Nor is one that nobody
  // closed.
  Result<void> close();

 private:
  struct Sink;
  CsvOut(std::string path, std::unique_ptr<Sink> sink);
  void flush();

  std::string path_;
  std::unique_ptr<Sink> sink_;
  std::string buffer_;
  std::int64_t rows_ = 0;
  bool row_begun_ = false;
};

}  // namespace upselld::sandbox
