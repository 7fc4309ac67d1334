// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "store/account_directory.h"
#include "store/event_runs.h"

namespace upselld::store {

// Makes few runs out of many, so that a walk reads few places and an id is looked for in few.

// Neighbours in age whose folding costs least, until no more than `runs_max` runs are left.
Result<void> fold_runs(EventRuns& runs, const AccountDirectory& accounts, std::uint32_t stream,
                       std::size_t runs_max);

// The events of several runs by account: a cursor each, side by side. Also the heart of walks.
class RunCursor {
 public:
  // Begins with the first chunk at or after `from`. `runs` outlives the cursor.
  RunCursor(EventRuns& runs, std::vector<BlockPlace> places)
      : runs_(&runs), places_(std::move(places)) {}

  // Moves to the first chunk whose place is at least `place`, given where accounts stand.
  Result<void> seek(std::uint64_t place, const AccountDirectory& accounts);
  // False: at the end, or before the first seek.
  bool has_chunk() const { return chunk_ < block_.chunks.size(); }
  const EventChunk& chunk() const { return block_.chunks[chunk_]; }
  const EventColumns& events() const { return block_.events; }
  std::uint64_t place(const AccountDirectory& accounts) const {
    return accounts[chunk().number].place;
  }
  Result<void> next() {
    if (++chunk_ < block_.chunks.size()) return {};
    return next_block();
  }

 private:
  Result<void> next_block();

  EventRuns* runs_;
  std::vector<BlockPlace> places_;
  std::size_t next_place_ = 0;
  EventBlock block_;
  std::size_t chunk_ = 0;
};

}  // namespace upselld::store
