// SPDX-License-Identifier: Apache-2.0
#include "store/event_edit.h"

#include "store/order_state.h"

#include <algorithm>
#include <map>
#include <utility>

namespace upselld::store {
namespace {

// Writes the block again with only the rows that stay.
template <typename Stays>
std::uint64_t rewrite(EventRuns& runs, const BlockPlace& place, const EventBlock& block,
                      const Stays& stays) {
  EventBlock rest;
  std::vector<std::uint32_t> rows;
  for (const EventChunk& chunk : block.chunks) {
    rows.clear();
    for (std::uint32_t row = chunk.first; row < chunk.first + chunk.count; ++row) {
      if (stays(chunk, row)) rows.push_back(row);
    }
    if (rows.empty()) continue;
    rest.chunks.push_back({chunk.number, chunk.part, static_cast<std::uint32_t>(rest.events.size()),
                           static_cast<std::uint32_t>(rows.size())});
    rest.events.append(block.events, rows);
  }
  const std::uint64_t removed = block.events.size() - rest.events.size();
  if (removed == 0) return 0;
  if (rest.chunks.empty()) {
    runs.remove(BlockTable::events, place.key);
  } else {
    runs.write(BlockTable::events, place, pack(rest));
  }
  return removed;
}

void forget_counts(EventRuns& runs, const EventRun& run, std::uint64_t removed) {
  if (removed == 0) return;
  const std::uint64_t events = run.events - std::min(removed, run.events);
  // Its ids are still needed: of deleted events, and of those that were moved.
  if (events == 0 && run.ids == 0) {
    runs.remove(run.run);
  } else {
    runs.set_counts(run.run, events, run.ids);
  }
}

bool before(const Removal& a, const Removal& b) {
  if (a.place != b.place) return a.place < b.place;
  if (a.number != b.number) return a.number < b.number;
  return a.hash < b.hash;
}

// Takes out of one run those of the removals for which `considers`, and marks them done.
template <typename Considers>
Result<std::uint64_t> remove_from_run(EventRuns& runs, const EventRun& run,
                                      const std::vector<Removal>& removals, std::vector<bool>& done,
                                      const Considers& considers) {
  std::uint64_t removed = 0;
  EventBlock block;
  for (const BlockPlace& place : runs.places(BlockTable::events, run.run)) {
    const auto begin =
        std::lower_bound(removals.begin(), removals.end(), Removal{place.first, 0, 0, 0}, before);
    // Chunks do not tell their place, so removals are looked up by number and hash.
    std::vector<std::pair<std::pair<std::uint32_t, std::uint64_t>, std::size_t>> wanted;
    for (auto at = begin; at != removals.end() && at->place <= place.last; ++at) {
      const auto index = static_cast<std::size_t>(at - removals.begin());
      if (considers(index)) wanted.push_back({{at->number, at->hash}, index});
    }
    if (wanted.empty()) continue;
    std::sort(wanted.begin(), wanted.end());
    if (auto read = runs.read(place.key, block); !read) return read.error();
    removed += rewrite(runs, place, block, [&](const EventChunk& chunk, std::uint32_t row) {
      const std::pair key(chunk.number, block.events.id[row]);
      const auto at =
          std::lower_bound(wanted.begin(), wanted.end(), std::pair(key, std::size_t{0}));
      if (at == wanted.end() || at->first != key) return true;
      done[at->second] = true;
      return false;
    });
  }
  return removed;
}

}  // namespace

Result<void> remove_events(EventRuns& runs, std::span<const EventRun> stream_runs,
                           std::vector<Removal>& removals) {
  std::sort(removals.begin(), removals.end(), before);
  std::vector<bool> done(removals.size());
  std::vector<EventRun> left(stream_runs.begin(), stream_runs.end());
  for (const bool anywhere : {false, true}) {
    for (EventRun& run : left) {
      if (run.events == 0) continue;
      const auto considers = [&](std::size_t i) {
        return !done[i] && (anywhere || removals[i].run == run.run);
      };
      const auto removed = remove_from_run(runs, run, removals, done, considers);
      if (!removed) return removed.error();
      forget_counts(runs, run, *removed);
      run.events -= std::min(*removed, run.events);
    }
    if (std::find(done.begin(), done.end(), false) == done.end()) break;
  }
  return {};
}

Result<std::uint64_t> remove_part(EventRuns& runs, std::span<const EventRun> stream_runs,
                                  std::uint32_t part) {
  std::uint64_t sum = 0;
  EventBlock block;
  for (const EventRun& run : stream_runs) {
    std::uint64_t removed = 0;
    for (const BlockPlace& place : runs.places(BlockTable::events, run.run)) {
      if (auto read = runs.read(place.key, block); !read) return read.error();
      removed += rewrite(runs, place, block, [&](const EventChunk& chunk, std::uint32_t) {
        return chunk.part != part;
      });
    }
    forget_counts(runs, run, removed);
    sum += removed;
  }
  return sum;
}

Result<AgedOut> remove_older(EventRuns& runs, Instant before, std::int64_t above,
                             std::size_t blocks_max) {
  AgedOut aged{0, above, true};
  std::map<std::int64_t, std::uint64_t> removed;  // by run
  EventBlock block;
  for (const BlockPlace& place : runs.places_above(BlockTable::events, above, blocks_max)) {
    if (auto read = runs.read(place.key, block); !read) return read.error();
    removed[run_of_key(place.key)] +=
        rewrite(runs, place, block, [&](const EventChunk&, std::uint32_t row) {
          return block.events.at[row] >= before.ms || goes_on(block.events.state[row]);
        });
    aged.through = place.key;
    aged.is_end = --blocks_max > 0;
  }
  for (const EventRun& run : runs.all()) {
    const auto found = removed.find(run.run);
    if (found == removed.end()) continue;
    forget_counts(runs, run, found->second);
    aged.events += found->second;
  }
  return aged;
}

Result<std::uint64_t> take_accounts(
    EventRuns& runs, std::span<const EventRun> stream_runs, std::span<const StoredAccount> accounts,
    const std::function<Result<void>(const EventBlock& block, const EventChunk& chunk)>& taken) {
  std::uint64_t sum = 0;
  EventBlock block;
  for (const EventRun& run : stream_runs) {
    std::uint64_t removed = 0;
    for (const BlockPlace& place : runs.places(BlockTable::events, run.run)) {
      const auto first =
          std::lower_bound(accounts.begin(), accounts.end(), StoredAccount{place.first, 0});
      if (first == accounts.end() || first->place > place.last) continue;
      if (auto read = runs.read(place.key, block); !read) return read.error();
      // Chunks do not tell their place: numbers are looked up among those that may be here.
      std::vector<std::uint32_t> wanted;
      for (auto at = first; at != accounts.end() && at->place <= place.last; ++at) {
        wanted.push_back(at->number);
      }
      std::sort(wanted.begin(), wanted.end());
      const auto goes = [&](const EventChunk& chunk) {
        return std::binary_search(wanted.begin(), wanted.end(), chunk.number);
      };
      for (const EventChunk& chunk : block.chunks) {
        if (!goes(chunk)) continue;
        if (auto seen = taken(block, chunk); !seen) return seen.error();
      }
      removed += rewrite(runs, place, block,
                         [&](const EventChunk& chunk, std::uint32_t) { return !goes(chunk); });
    }
    forget_counts(runs, run, removed);
    sum += removed;
  }
  return sum;
}

}  // namespace upselld::store
