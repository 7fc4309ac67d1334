// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

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

// Takes out all rows that came from a part; `visit` is told whose they were.
Result<std::uint64_t> remove_part(EventRuns& runs, std::span<const EventRun> stream_runs,
                                  std::uint32_t part,
                                  const std::function<void(std::uint32_t number)>& visit);

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
