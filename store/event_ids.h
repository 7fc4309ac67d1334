// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "store/event_runs.h"

namespace upselld::store {

// What is remembered of a keyed event's id, also after it was deleted.
struct IdEntry {
  static constexpr std::int64_t kNoVersion = std::numeric_limits<std::int64_t>::min();

  std::uint64_t hash = 0;
  std::int64_t version = kNoVersion;  // milliseconds, or the content's hash
  std::uint32_t number = 0;           // account; 0: never seen, only deleted
  bool deleted = false;
  bool by_content = false;  // the source tells no version
};

struct FoundId {
  IdEntry entry;
  std::int64_t run = 0;  // 0: not found
};

// Writes a run's ids, which must come sorted by hash, each once. Returns their number.
class IdWriter {
 public:
  IdWriter(EventRuns& runs, std::int64_t run) : runs_(runs), run_(run) {}
  void add(const IdEntry& entry);
  std::uint64_t finish();

 private:
  void write_block();

  EventRuns& runs_;
  std::int64_t run_;
  std::int64_t next_ = 0;
  std::uint64_t written_ = 0;
  std::vector<IdEntry> block_;
};

// Reads a run's ids in order.
class IdReader {
 public:
  IdReader(EventRuns& runs, std::int64_t run)
      : runs_(&runs), run_(run), places_(runs.places(BlockTable::ids, run)) {}
  std::int64_t run() const { return run_; }
  // Moves to the next entry; false at the end. corrupt: a damaged block.
  Result<bool> next();
  const IdEntry& entry() const { return block_[at_]; }

 private:
  EventRuns* runs_;
  std::int64_t run_;
  std::vector<BlockPlace> places_;
  std::size_t next_place_ = 0;
  std::vector<IdEntry> block_;
  std::size_t at_ = 0;
};

// Several runs as one: each hash once, as its newest run has it, ascending.
class IdMerge {
 public:
  IdMerge(EventRuns& runs, std::span<const EventRun> merged);
  Result<bool> next();
  const FoundId& found() const { return found_; }

 private:
  Result<void> advance(std::size_t reader);

  std::vector<IdReader> readers_;  // oldest first
  std::vector<bool> live_;
  bool begun_ = false;
  FoundId found_;
};

// What is stored under each of the hashes, which must be sorted. Same order as given.
Result<std::vector<FoundId>> find_ids(EventRuns& runs, std::span<const EventRun> searched,
                                      std::span<const std::uint64_t> hashes);

// Removes all that is remembered of ids of these accounts (sorted).
Result<void> purge_ids(EventRuns& runs, std::span<const EventRun> purged,
                       std::span<const std::uint32_t> numbers);

}  // namespace upselld::store
