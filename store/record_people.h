// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/page.h"
#include "store/records.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

// Contacts and reps: rows, few and small. All may throw SQLite::Exception and run inside the
// caller's transaction.

struct PeopleStream {
  std::uint32_t number = 0;
  std::uint16_t connection = 0;  // names
  std::uint64_t connection_key = 0;
  std::int64_t mark = 0;  // of this commit
};

// `numbers[row]` is the account of each row, 0 for rows to be left out. The newest version wins.
PageCounts apply_contacts(SQLite::Database& sql, const PeopleStream& stream, const Page& page,
                          const std::vector<std::uint32_t>& numbers, Instant now);
// Hashes of the live contacts of a stream that came by the commit `began` and are not among `named`
// (sorted hashes); of how many is counted.
std::vector<std::uint64_t> unnamed_contacts(SQLite::Database& sql, std::uint32_t stream,
                                            const std::vector<std::uint64_t>& named,
                                            std::int64_t began, std::uint64_t& known);
// What stays of each is that it is gone.
PageCounts delete_contacts(SQLite::Database& sql, std::uint32_t stream,
                           const std::vector<std::uint64_t>& hashes, Instant now);

// The newest arrival wins. A deleted rep is no longer active.
PageCounts apply_reps(SQLite::Database& sql, const PeopleStream& stream, const Page& page);

}  // namespace upselld::store
