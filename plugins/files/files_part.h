// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "plugins/files/files_cursor.h"
#include "plugins/files/files_sources.h"

namespace upselld::plugins::files {

// What is read from a file.
enum class Yield : std::uint8_t {
  records,     // those of its section
  attributes,  // the attributes that its order rows carry, as changes
  ids,         // of a sweep
};

// Pulls the pages of one file. What is unchanged is not read, what has only grown is read from
// where it had ended, and everything else from the beginning. Used by one thread.
class PartPull {
 public:
  PartPull(const Reading& reading, Host& host) : reading_(reading), host_(host) {}

  // See Connector::pull. `keyed`: rows have ids, so nothing is replaced by place.
  Result<Page> pull(const Part& part, Yield yield, bool keyed, const Cursor& cursor,
                    const PageLimits& limits);

 private:
  // A file being read, kept between two pages. Without it, a page begins by reading and hashing all
  // bytes before its place again.
  struct Open {
    std::filesystem::path path;
    const Mapping* mapping;
    Yield yield;
    Cursor stands_at;
    PartCursor state;
    CsvReader reader;
    std::unique_ptr<RowReader> rows;
  };

  Result<std::optional<Page>> resume(const Part& part, Yield yield, const Cursor& cursor);
  Result<Page> read_page(const Part& part, bool keyed, const PageLimits& limits);
  Result<bool> read_rows(const Part& part, Page& page, const PageLimits& limits);
  Error unfit_for_sweep(const Part& part, const Page& page) const;
  Error too_many_bad(const Part& part, const Page& page) const;

  const Reading& reading_;
  Host& host_;
  std::optional<Open> open_;
};

// The columns of that kind, empty: so that a page without rows is of its stream's kind.
upselld::Columns empty_columns(RecordKind kind);
RecordKind kind_of(const Mapping& mapping, Yield yield);

}  // namespace upselld::plugins::files
