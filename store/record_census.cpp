// SPDX-License-Identifier: Apache-2.0
#include "store/record_census.h"

#include "store/statements.h"

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <cstring>

namespace upselld::store {
namespace {

SQLite::Statement bound(SQLite::Database& sql, const char* text, std::uint32_t stream,
                        CensusKind kind) {
  SQLite::Statement statement(sql, text);
  statement.bind(1, stream);
  statement.bind(2, static_cast<int>(kind));
  return statement;
}

}  // namespace

std::optional<Census> open_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind) {
  auto row =
      bound(sql, "SELECT began, began_age, cursor FROM censuses WHERE stream = ? AND kind = ?",
            stream, kind);
  if (!row.executeStep()) return std::nullopt;
  return Census{row.getColumn(0).getInt64(), row.getColumn(1).getInt64(),
                Cursor{std::string(blob_of(row.getColumn(2)))}};
}

std::vector<std::uint32_t> open_censuses(SQLite::Database& sql, CensusKind kind) {
  SQLite::Statement row(sql, "SELECT stream FROM censuses WHERE kind = ?");
  row.bind(1, static_cast<int>(kind));
  std::vector<std::uint32_t> streams;
  while (row.executeStep()) streams.push_back(row.getColumn(0).getUInt());
  return streams;
}

void begin_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind) {
  bound(sql,
        "INSERT OR IGNORE INTO censuses (stream, kind, began, began_age, cursor) SELECT ?, ?, "
        "mark, (SELECT ifnull(max(age), 0) FROM event_runs), x'' FROM record_state",
        stream, kind)
      .exec();
}

void add_names(SQLite::Database& sql, std::uint32_t stream, CensusKind kind,
               const std::vector<std::uint64_t>& hashes) {
  if (hashes.empty()) return;
  auto row = bound(sql,
                   "INSERT INTO census_names (stream, kind, page, hashes) SELECT ?1, ?2, "
                   "1 + ifnull(max(page), 0), ?3 FROM census_names WHERE stream = ?1 AND kind = ?2",
                   stream, kind);
  row.bind(3, hashes.data(), static_cast<int>(hashes.size() * sizeof(std::uint64_t)));
  row.exec();
}

void set_sweep_cursor(SQLite::Database& sql, std::uint32_t stream, const Cursor& cursor) {
  auto row = bound(sql, "UPDATE censuses SET cursor = ?3 WHERE stream = ?1 AND kind = ?2", stream,
                   CensusKind::sweep);
  bind_blob(row, 3, cursor.bytes);
  row.exec();
}

std::vector<std::uint64_t> named_by(SQLite::Database& sql, std::uint32_t stream, CensusKind kind) {
  std::vector<std::uint64_t> named;
  auto pages =
      bound(sql, "SELECT hashes FROM census_names WHERE stream = ? AND kind = ?", stream, kind);
  while (pages.executeStep()) {
    const std::string_view bytes = blob_of(pages.getColumn(0));
    const std::size_t before = named.size();
    named.resize(before + bytes.size() / sizeof(std::uint64_t));
    if (named.size() != before) {
      std::memcpy(named.data() + before, bytes.data(),
                  (named.size() - before) * sizeof(std::uint64_t));
    }
  }
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  return named;
}

void end_census(SQLite::Database& sql, std::uint32_t stream, CensusKind kind) {
  bound(sql, "DELETE FROM census_names WHERE stream = ? AND kind = ?", stream, kind).exec();
  bound(sql, "DELETE FROM censuses WHERE stream = ? AND kind = ?", stream, kind).exec();
}

Instant last_sweep(SQLite::Database& sql, std::uint32_t stream) {
  SQLite::Statement row(sql, "SELECT at_ms FROM sweeps_ended WHERE stream = ?");
  row.bind(1, stream);
  return row.executeStep() ? Instant{row.getColumn(0).getInt64()} : Instant::missing();
}

void note_sweep(SQLite::Database& sql, std::uint32_t stream, Instant at) {
  SQLite::Statement row(sql, "INSERT OR REPLACE INTO sweeps_ended (stream, at_ms) VALUES (?, ?)");
  row.bind(1, stream);
  row.bind(2, at.ms);
  row.exec();
}

}  // namespace upselld::store
