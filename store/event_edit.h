// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/instant.h"
#include "store/event_runs.h"

namespace upselld::store {

// Changes to blocks that were written. Each block that is affected is read and written once.

// An event to be taken out.
struct Removal {
  std::uint64_t place = 0;
  std::uint64_t hash = 0;
  std::uint32_t number = 0;
  std::int64_t run = 0;  // where its id was found: mostly its own run, unless it was moved
};
// Takes them out of the runs of their stream. Sorts `removals`.
Result<void> remove_events(EventRuns& runs, std::span<const EventRun> stream_runs,
                           std::vector<Removal>& removals);

// Takes out all rows that came from a part.
Result<std::uint64_t> remove_part(EventRuns& runs, std::span<const EventRun> stream_runs,
                                  std::uint32_t part);

// What one pass over a few blocks took out, and where the next goes on.
struct AgedOut {
  std::uint64_t events = 0;
  std::int64_t through = 0;  // key of the last block that was read
  bool is_end = true;        // no block has a higher key
};
// Takes out what happened before `before`, and does not go on, from at most `blocks_max` blocks
// with keys above `above`, in the order of their keys. What is remembered of ids stays.
Result<AgedOut> remove_older(EventRuns& runs, Instant before, std::int64_t above,
                             std::size_t blocks_max);

// An account and the place where its events stand now.
struct StoredAccount {
  std::uint64_t place = 0;
  std::uint32_t number = 0;
  auto operator<=>(const StoredAccount&) const = default;
};
// Takes out all events of these accounts (sorted); `taken` sees each chunk before it goes.
Result<std::uint64_t> take_accounts(
    EventRuns& runs, std::span<const EventRun> stream_runs, std::span<const StoredAccount> accounts,
    const std::function<Result<void>(const EventBlock& block, const EventChunk& chunk)>& taken);

}  // namespace upselld::store
