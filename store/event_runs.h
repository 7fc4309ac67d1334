// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "store/event_block.h"

#include <SQLiteCpp/Statement.h>

namespace upselld::store {

struct EventRun {
  std::int64_t run = 0;
  std::uint32_t stream = 0;
  std::int64_t age = 0;  // higher is newer
  std::uint64_t events = 0;
  std::uint64_t ids = 0;
};

// Where a block lies: what it spans, and where to read it.
struct BlockPlace {
  std::int64_t key = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

enum class BlockTable { events, ids };

// Rows of blocks on one connection: event_runs, event_blocks and id_blocks. Every block carries a
// checksum bound to its key. Methods may throw SQLite::Exception.
class EventRuns {
 public:
  explicit EventRuns(SQLite::Database& sql);

  // Oldest first.
  std::vector<EventRun> of_stream(std::uint32_t stream);
  std::vector<EventRun> all();
  // The newest run from now on, or one of that age.
  std::int64_t new_run(std::uint32_t stream);
  std::int64_t new_run(std::uint32_t stream, std::int64_t age);
  void set_counts(std::int64_t run, std::uint64_t events, std::uint64_t ids);
  // Removes the run with its blocks.
  void remove(std::int64_t run);

  std::vector<BlockPlace> places(BlockTable table, std::int64_t run);
  // The first `count_max` blocks with keys above `above`, of whatever run, in the order of keys.
  std::vector<BlockPlace> places_above(BlockTable table, std::int64_t above, std::size_t count_max);
  // Stream and key of every block of events that spans this place, whatever its run.
  std::vector<std::pair<std::uint32_t, std::int64_t>> blocks_at(std::uint64_t place);
  void write(BlockTable table, const BlockPlace& place, std::string_view bytes);
  void remove(BlockTable table, std::int64_t key);
  // The bytes stay valid until the next read. corrupt: the checksum does not fit.
  Result<std::string_view> read(BlockTable table, std::int64_t key);
  // Unpacks as well.
  Result<void> read(std::int64_t key, EventBlock& block);

 private:
  struct Statements {
    Statements(SQLite::Database& sql, const char* table);
    SQLite::Statement places, read, write, remove;
    std::string held;  // what was read last
  };
  Statements& of(BlockTable table) { return table == BlockTable::events ? events_ : ids_; }

  // A negative `count_max`: all.
  std::vector<BlockPlace> places_between(BlockTable table, std::int64_t first, std::int64_t end,
                                         std::int64_t count_max);

  SQLite::Database& sql_;
  Statements events_;
  Statements ids_;
};

// The message for a block that cannot be read.
Error damaged_block(BlockTable table, std::int64_t key);

// The key of a run's n-th block.
inline std::int64_t block_key(std::int64_t run, std::int64_t n) {
  return run << 20 | n;
}
inline std::int64_t run_of_key(std::int64_t key) {
  return key >> 20;
}

class BlockWriter;

// Writes a run's event blocks. Chunks must come in the order of (place, number, part).
class RunWriter {
 public:
  // With `blocks`, which outlives it, they are packed and written over there.
  RunWriter(EventRuns& runs, std::int64_t run, BlockWriter* blocks = nullptr)
      : runs_(runs), run_(run), blocks_(blocks) {}

  // Adds rows of one account and part, in order of time.
  template <typename Rows>
  void add(std::uint64_t place, std::uint32_t number, std::uint32_t part,
           const EventColumns& events, Rows rows) {
    while (rows.size() != 0) {
      if (block_.events.size() == kBlockEventsMax) write_block();
      const std::size_t room = kBlockEventsMax - block_.events.size();
      const std::size_t count = rows.size() < room ? rows.size() : room;
      begin_chunk(place, number, part, static_cast<std::uint32_t>(count));
      block_.events.append(events, first_of(rows, count));
      rows = rest_of(rows, count);
    }
  }
  // Writes what is left. The number of events written.
  std::uint64_t finish();

 private:
  using Indices = std::span<const std::uint32_t>;
  static Indices first_of(Indices rows, std::size_t count) { return rows.first(count); }
  static Indices rest_of(Indices rows, std::size_t count) { return rows.subspan(count); }
  static RowRange first_of(RowRange rows, std::size_t count) {
    return {rows.first, static_cast<std::uint32_t>(count)};
  }
  static RowRange rest_of(RowRange rows, std::size_t count) {
    const auto skipped = static_cast<std::uint32_t>(count);
    return {rows.first + skipped, rows.count - skipped};
  }
  void begin_chunk(std::uint64_t place, std::uint32_t number, std::uint32_t part,
                   std::uint32_t count);
  void write_block();

  EventRuns& runs_;
  std::int64_t run_;
  BlockWriter* blocks_;
  std::int64_t next_ = 0;
  std::uint64_t written_ = 0;
  EventBlock block_;
  BlockPlace place_;
};

}  // namespace upselld::store
