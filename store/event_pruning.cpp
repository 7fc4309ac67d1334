// SPDX-License-Identifier: Apache-2.0
#include "store/event_pruning.h"

#include <cstdint>

#include "store/event_edit.h"
#include "store/sql.h"

namespace upselld::store {
namespace {

// Keys of blocks begin above it.
constexpr std::int64_t kNoBlock = 0;

struct Progress {
  Instant before = Instant::missing();
  std::int64_t through = kNoBlock;
  bool is_whole = false;
};

Progress read_progress(SQLite::Database& sql) {
  SQLite::Statement row(sql, "SELECT before_ms, through FROM dropped_events");
  if (!row.executeStep()) return {};
  const bool is_whole = row.getColumn(1).isNull();
  return {Instant{row.getColumn(0).getInt64()}, is_whole ? kNoBlock : row.getColumn(1).getInt64(),
          is_whole};
}

void write_progress(SQLite::Database& sql, const Progress& progress) {
  SQLite::Statement row(sql,
                        "INSERT OR REPLACE INTO dropped_events (one, before_ms, through) "
                        "VALUES (1, ?, ?)");
  row.bind(1, progress.before.ms);
  if (progress.is_whole) {
    row.bind(2);
  } else {
    row.bind(2, progress.through);
  }
  row.exec();
}

}  // namespace

Result<Pruned> prune_events(Database& database, Transaction&, Instant before,
                            std::size_t blocks_max) {
  return guarded("store: drop old events", [&]() -> Result<Pruned> {
    SQLite::Database& sql = raw(database);
    Progress progress = read_progress(sql);
    if (progress.is_whole && progress.before >= before) return Pruned{};
    // A later moment asks blocks again that were looked through already.
    if (progress.is_whole || progress.before != before) progress = {before, kNoBlock, false};
    EventRuns runs(sql);
    const auto aged = remove_older(runs, before, progress.through, blocks_max);
    if (!aged) return aged.error();
    write_progress(sql, {before, aged->through, aged->is_end});
    // Readers that are to see one state tell it by the mark.
    if (aged->events > 0) sql.exec("UPDATE record_state SET mark = mark + 1");
    return Pruned{aged->events, aged->is_end};
  });
}

}  // namespace upselld::store
