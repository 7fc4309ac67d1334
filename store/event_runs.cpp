// SPDX-License-Identifier: Apache-2.0
#include "store/event_runs.h"

#include "core/assertions.h"
#include "core/digest.h"
#include "store/block_writer.h"

#include <fmt/format.h>

#include <SQLiteCpp/Database.h>

#include <cstring>
#include <limits>
#include <utility>

namespace upselld::store {
namespace {

std::uint64_t checksum(std::int64_t key, std::string_view bytes) {
  return keyed_hash(static_cast<std::uint64_t>(key), bytes);
}

EventRun run_of(SQLite::Statement& row) {
  return {row.getColumn(0).getInt64(), row.getColumn(1).getUInt(), row.getColumn(2).getInt64(),
          static_cast<std::uint64_t>(row.getColumn(3).getInt64()),
          static_cast<std::uint64_t>(row.getColumn(4).getInt64())};
}

}  // namespace

Error damaged_block(BlockTable table, std::int64_t key) {
  return {
      ErrorKind::corrupt,
      fmt::format("read store: block {}.{} of {} is damaged: restore a backup with "
                  "`upselld restore`",
                  run_of_key(key), key & 0xfffff, table == BlockTable::events ? "events" : "ids"),
      {}};
}

EventRuns::Statements::Statements(SQLite::Database& sql, const char* table)
    : places(sql, fmt::format("SELECT key, first, last FROM {} WHERE key >= ? AND key < ? "
                              "ORDER BY key LIMIT ?",
                              table)),
      read(sql, fmt::format("SELECT bytes FROM {} WHERE key = ?", table)),
      write(sql, fmt::format("INSERT OR REPLACE INTO {} (key, first, last, bytes) "
                             "VALUES (?, ?, ?, ?)",
                             table)),
      remove(sql, fmt::format("DELETE FROM {} WHERE key >= ? AND key < ?", table)) {}

EventRuns::EventRuns(SQLite::Database& sql)
    : sql_(sql), events_(sql, "event_blocks"), ids_(sql, "id_blocks") {}

std::vector<EventRun> EventRuns::of_stream(std::uint32_t stream) {
  SQLite::Statement rows(
      sql_, "SELECT run, stream, age, events, ids FROM event_runs WHERE stream = ? ORDER BY age");
  rows.bind(1, stream);
  std::vector<EventRun> runs;
  while (rows.executeStep()) runs.push_back(run_of(rows));
  return runs;
}

std::vector<EventRun> EventRuns::all() {
  SQLite::Statement rows(sql_, "SELECT run, stream, age, events, ids FROM event_runs ORDER BY age");
  std::vector<EventRun> runs;
  while (rows.executeStep()) runs.push_back(run_of(rows));
  return runs;
}

// Newer than any that there is, and than any that a census saw: that one may be gone by now.
std::int64_t EventRuns::new_run(std::uint32_t stream) {
  const std::int64_t age = sql_.execAndGet(
                                   "SELECT 1 + max((SELECT ifnull(max(age), 0) FROM event_runs),"
                                   " (SELECT ifnull(max(began_age), 0) FROM censuses))")
                               .getInt64();
  return new_run(stream, age);
}

std::int64_t EventRuns::new_run(std::uint32_t stream, std::int64_t age) {
  SQLite::Statement insert(sql_,
                           "INSERT INTO event_runs (stream, age, events, ids) VALUES (?, ?, 0, 0)");
  insert.bind(1, stream);
  insert.bind(2, age);
  insert.exec();
  return sql_.getLastInsertRowid();
}

void EventRuns::set_counts(std::int64_t run, std::uint64_t events, std::uint64_t ids) {
  SQLite::Statement update(sql_, "UPDATE event_runs SET events = ?, ids = ? WHERE run = ?");
  update.bind(1, static_cast<std::int64_t>(events));
  update.bind(2, static_cast<std::int64_t>(ids));
  update.bind(3, run);
  update.exec();
}

void EventRuns::remove(std::int64_t run) {
  for (Statements* table : {&events_, &ids_}) {
    table->remove.bind(1, block_key(run, 0));
    table->remove.bind(2, block_key(run + 1, 0));
    table->remove.exec();
    table->remove.reset();
  }
  SQLite::Statement row(sql_, "DELETE FROM event_runs WHERE run = ?");
  row.bind(1, run);
  row.exec();
}

std::vector<BlockPlace> EventRuns::places(BlockTable table, std::int64_t run) {
  return places_between(table, block_key(run, 0), block_key(run + 1, 0), -1);
}

std::vector<BlockPlace> EventRuns::places_above(BlockTable table, std::int64_t above,
                                                std::size_t count_max) {
  return places_between(table, above + 1, std::numeric_limits<std::int64_t>::max(),
                        static_cast<std::int64_t>(count_max));
}

std::vector<BlockPlace> EventRuns::places_between(BlockTable table, std::int64_t first,
                                                  std::int64_t end, std::int64_t count_max) {
  SQLite::Statement& rows = of(table).places;
  rows.bind(1, first);
  rows.bind(2, end);
  rows.bind(3, count_max);
  std::vector<BlockPlace> places;
  while (rows.executeStep()) {
    places.push_back({rows.getColumn(0).getInt64(),
                      static_cast<std::uint64_t>(rows.getColumn(1).getInt64()),
                      static_cast<std::uint64_t>(rows.getColumn(2).getInt64())});
  }
  rows.reset();
  return places;
}

// The range of keys is block_key's.
std::vector<std::pair<std::uint32_t, std::int64_t>> EventRuns::blocks_at(std::uint64_t place) {
  SQLite::Statement rows(
      sql_,
      "SELECT r.stream, b.key FROM event_runs AS r CROSS JOIN event_blocks AS b INDEXED BY "
      "event_blocks_by_place ON b.key >= r.run << 20 AND b.key < (r.run + 1) << 20 "
      "WHERE b.first <= ?1 AND b.last >= ?1");
  rows.bind(1, static_cast<std::int64_t>(place));
  std::vector<std::pair<std::uint32_t, std::int64_t>> blocks;
  while (rows.executeStep()) {
    blocks.emplace_back(rows.getColumn(0).getUInt(), rows.getColumn(1).getInt64());
  }
  return blocks;
}

void EventRuns::write(BlockTable table, const BlockPlace& place, std::string_view bytes) {
  std::string sealed(sizeof(std::uint64_t), '\0');
  const std::uint64_t sum = checksum(place.key, bytes);
  std::memcpy(sealed.data(), &sum, sizeof(sum));
  sealed.append(bytes);
  SQLite::Statement& row = of(table).write;
  row.bind(1, place.key);
  row.bind(2, static_cast<std::int64_t>(place.first));
  row.bind(3, static_cast<std::int64_t>(place.last));
  row.bindNoCopy(4, sealed.data(), static_cast<int>(sealed.size()));
  row.exec();
  row.reset();
}

void EventRuns::remove(BlockTable table, std::int64_t key) {
  SQLite::Statement& row = of(table).remove;
  row.bind(1, key);
  row.bind(2, key + 1);
  row.exec();
  row.reset();
}

Result<std::string_view> EventRuns::read(BlockTable table, std::int64_t key) {
  SQLite::Statement& row = of(table).read;
  row.reset();
  row.bind(1, key);
  if (!row.executeStep()) return damaged_block(table, key);
  const auto column = row.getColumn(0);
  std::string& sealed = of(table).held;
  sealed.assign(static_cast<const char*>(column.getBlob()),
                static_cast<std::size_t>(column.getBytes()));
  // Left open it would keep this moment's state, and after a commit of another connection nothing
  // could be written any more.
  row.reset();
  std::uint64_t sum = 0;
  if (sealed.size() < sizeof(sum)) return damaged_block(table, key);
  std::memcpy(&sum, sealed.data(), sizeof(sum));
  const std::string_view bytes = std::string_view(sealed).substr(sizeof(sum));
  if (sum != checksum(key, bytes)) return damaged_block(table, key);
  return bytes;
}

Result<void> EventRuns::read(std::int64_t key, EventBlock& block) {
  const auto bytes = read(BlockTable::events, key);
  if (!bytes) return bytes.error();
  if (!unpack(*bytes, block)) return damaged_block(BlockTable::events, key);
  return {};
}

void RunWriter::begin_chunk(std::uint64_t place, std::uint32_t number, std::uint32_t part,
                            std::uint32_t count) {
  if (block_.chunks.empty()) place_.first = place;
  place_.last = place;
  block_.chunks.push_back({number, part, static_cast<std::uint32_t>(block_.events.size()), count});
}

void RunWriter::write_block() {
  if (block_.chunks.empty()) return;
  UPSELLD_ASSERT(next_ < 1 << 20);
  place_.key = block_key(run_, next_++);
  written_ += block_.events.size();
  if (blocks_ != nullptr) {
    block_ = blocks_->put(place_, std::move(block_));
    return;
  }
  runs_.write(BlockTable::events, place_, pack(block_));
  block_.clear();
}

std::uint64_t RunWriter::finish() {
  write_block();
  if (blocks_ != nullptr) blocks_->finish();
  return written_;
}

}  // namespace upselld::store
