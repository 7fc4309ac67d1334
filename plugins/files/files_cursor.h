// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/page.h"
#include "plugins/csv/csv_reader.h"

namespace upselld::plugins::files {

// How far one file has been read. The content decides whether it is still the same file; what the
// disk says about it only saves the look.
struct PartCursor {
  std::string fingerprint;  // of the mapping the rows were read with
  bool is_sweep = false;
  bool at_end = false;
  bool is_settled = false;  // the file was old enough that its stamp can be believed
  CsvPlace place;
  std::uint64_t records = 0;  // given out so far
  std::uint64_t rows = 0, bad_rows = 0;
  FileStamp stamp;
};
Cursor to_cursor(const PartCursor& cursor);
// nullopt: not made by to_cursor of this version.
std::optional<PartCursor> part_cursor_of(const Cursor& cursor);

// How far the accounts derived from orders have been given out.
struct DerivedCursor {
  std::string fingerprint;
  bool is_sweep = false;
  bool at_end = false;
  bool is_settled = false;
  std::uint64_t stamps = 0;   // digest of the stamps of all files
  std::uint64_t content = 0;  // digest of all accounts
  std::uint64_t position = 0;
};
Cursor to_cursor(const DerivedCursor& cursor);
std::optional<DerivedCursor> derived_cursor_of(const Cursor& cursor);

}  // namespace upselld::plugins::files
