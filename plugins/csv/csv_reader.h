// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "plugins/csv/byte_source.h"

namespace upselld::plugins {

struct CsvOptions {
  char delimiter = ',';
  std::size_t field_bytes_max = 4'096;  // a longer field makes its row a bad one
  // A last line without a line end is not given out when it is no good row; with `always` never.
  enum class LastLine { take, hold_if_bad, always_hold } last_line = LastLine::take;
};

// A place between two rows of a file, from which reading can go on.
struct CsvPlace {
  std::uint64_t offset = 0;  // in the (decompressed) bytes
  std::uint64_t line = 1;    // of the row that begins there
  // XXH3-128 of all bytes before `offset`.
  std::uint64_t hash_low = 0, hash_high = 0;
  // False: a row before it was read in the belief that the file ends here (no line end, or a quote
  // that was never closed). When the file grows after all, that row was not what it seemed.
  bool growable = true;
  bool operator==(const CsvPlace&) const = default;
};

// One row. Valid until the next call of next().
struct CsvRow {
  std::span<const std::string_view> fields;
  std::uint64_t line = 0;  // where it begins; lines inside quotes count
  // The bytes as they stand in the file, with the line end. Only for a good row.
  std::string_view raw;
  // Not empty: the row is unusable and why. `fields` is then empty.
  std::string_view problem;
};

// Reads CSV as RFC 4180 has it, plain or gzip, in one pass and with bounded memory (some 5 MiB). LF
// or CRLF ends a row; empty lines are no rows. A UTF-8 byte order mark is skipped. Bad rows (wrong
// number of fields, bad UTF-8, NUL bytes, too long a field, a quote that is never closed) are given
// out as problems and reading goes on; after a quote that is not closed within 2 MiB or by the end
// of the file, in the line after the one that row begins in. Used by one thread at a time.
class CsvReader {
 public:
  // Reads the header line. io: see ByteSource. invalid_config: no header, a UTF-16 file (the remedy
  // is named), a column name that occurs twice, bytes that are no text.
  static Result<CsvReader> open(const std::filesystem::path& path, const CsvOptions& options);
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  const std::vector<std::string>& header() const;
  const FileStamp& stamp() const;
  bool is_compressed() const;

  // The next row; false: no more. An Error is the end of all reading (io, corrupt).
  Result<bool> next(CsvRow& row);
  // Behind the last row that next() gave, or behind the header.
  CsvPlace place();
  // Goes to a place of this file. False: the bytes before it are not those that were read then, or
  // it was not growable and the file has grown; the reader then stands behind the header.
  Result<bool> seek(const CsvPlace& place);
  // True once next() returned false because a last line was held.
  bool holds_last_line() const;

 private:
  class State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace upselld::plugins
