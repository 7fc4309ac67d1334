// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace upselld::plugins {

// How many bytes behind `end` may be read (not used) while scanning.
inline constexpr std::size_t kScanPadding = 64;

// What one look at a row gave. Fields of a row without quotes are pieces of the buffer.
struct ScannedRow {
  enum class Outcome : std::uint8_t {
    complete,
    cut,     // the bytes end before the row does
    quoted,  // a quote stands in it: see split_quoted
  } outcome = Outcome::cut;
  std::size_t end = 0;          // behind the line end
  std::size_t field_count = 0;  // may be more than were stored
  bool has_special = false;     // a NUL or a byte above 127
};

// Splits rows that have no quotes, 64 bytes at a time. Only a cache; knows nothing of files.
class RowScanner {
 public:
  explicit RowScanner(char delimiter) : delimiter_(delimiter) {}
  // Bytes of the buffer were moved or added.
  void forget() { block_ = kNoBlock; }
  // `fields` has its final size; at most that many are stored. Bytes [begin, end) and the padding
  // may be read.
  ScannedRow scan(const char* bytes, std::size_t begin, std::size_t end,
                  std::vector<std::string_view>& fields);

 private:
  static constexpr std::size_t kNoBlock = static_cast<std::size_t>(-1);
  void load(const char* bytes, std::size_t block);

  char delimiter_;
  std::size_t block_ = kNoBlock;
  std::uint64_t structural_ = 0;  // delimiter, quote, line feed
  std::uint64_t special_ = 0;
};

// A row with quotes, byte by byte.
struct QuotedRow {
  enum class Outcome : std::uint8_t {
    complete,
    cut_open,
    cut_closed
  } outcome = Outcome::cut_closed;
  std::size_t length = 0;  // with the line end
  std::size_t field_count = 0;
  std::uint64_t lines = 0;  // line feeds in it
  bool text_after_quote = false;
};
// Splits what `bytes` begins with. Unescaped text goes to `scratch`; `fields` as above. cut_open:
// the bytes end inside quotes.
QuotedRow split_quoted(std::string_view bytes, char delimiter,
                       std::vector<std::string_view>& fields, std::string& scratch);

}  // namespace upselld::plugins
