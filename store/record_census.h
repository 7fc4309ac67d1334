// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/page.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

enum class CensusKind : std::uint8_t { full = 1, sweep = 2 };

// Full pulls and sweeps that are under way, kept in the database so that they outlive a process.
// All may throw SQLite::Exception; what writes runs inside the caller's transaction.
struct Census {
  std::int64_t began = 0;      // mark
  std::int64_t began_age = 0;  // of the newest run then
  Cursor cursor;               // of a sweep
};

std::optional<Census> open_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind);
// Streams whose census of that kind is under way.
std::vector<std::uint32_t> open_censuses(SQLite::Database& sql, CensusKind kind);
void begin_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind);
void add_names(SQLite::Database& sql, std::uint32_t stream, CensusKind kind,
               const std::vector<std::uint64_t>& hashes);
void set_sweep_cursor(SQLite::Database& sql, std::uint32_t stream, const Cursor& cursor);
// All that was named, sorted, each once.
std::vector<std::uint64_t> named_by(SQLite::Database& sql, std::uint32_t stream, CensusKind kind);
void end_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind);

// When the last sweep of a stream ended; missing: never.
Instant last_sweep(SQLite::Database& sql, std::uint32_t stream);
void note_sweep(SQLite::Database& sql, std::uint32_t stream, Instant at);

}  // namespace upselld::store
