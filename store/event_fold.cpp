// SPDX-License-Identifier: Apache-2.0
#include "store/event_fold.h"

#include "store/event_ids.h"

#include <algorithm>
#include <limits>

namespace upselld::store {
namespace {

constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

// The cheapest window of neighbours to fold: a pair, and with it what is far smaller than the pair.
std::span<const EventRun> cheapest(const std::vector<EventRun>& runs) {
  const auto cost = [&](std::size_t i) { return runs[i].events + runs[i].ids; };
  std::size_t first = 0;
  for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
    if (cost(i) + cost(i + 1) < cost(first) + cost(first + 1)) first = i;
  }
  std::size_t last = first + 1;
  std::uint64_t sum = cost(first) + cost(last);
  while (last + 1 < runs.size() && cost(last + 1) * 4 <= sum) sum += cost(++last);
  while (first > 0 && cost(first - 1) * 4 <= sum) sum += cost(--first);
  return std::span(runs).subspan(first, last - first + 1);
}

Result<std::uint64_t> fold_ids(EventRuns& runs, std::span<const EventRun> folded,
                               std::int64_t target) {
  IdMerge merge(runs, folded);
  IdWriter writer(runs, target);
  for (;;) {
    const auto more = merge.next();
    if (!more) return more.error();
    if (!*more) return writer.finish();
    writer.add(merge.found().entry);
  }
}

// The events of one account and part, gathered from several runs. Kept for the next place, so that
// its columns are allocated once.
struct Gathered {
  std::uint32_t number = 0;
  std::uint32_t part = 0;
  EventColumns events;
};

// Moves all chunks at one place out of the cursors into `target`, by account and part.
Result<void> fold_place(std::vector<RunCursor>& cursors, const AccountDirectory& accounts,
                        std::uint64_t place, std::vector<Gathered>& pool, RunWriter& target) {
  std::size_t used = 0;
  const auto gathered_of = [&](const EventChunk& chunk) -> EventColumns& {
    for (std::size_t i = 0; i < used; ++i) {
      if (pool[i].number == chunk.number && pool[i].part == chunk.part) return pool[i].events;
    }
    if (used == pool.size()) pool.emplace_back();
    pool[used].number = chunk.number;
    pool[used].part = chunk.part;
    pool[used].events.clear();
    return pool[used++].events;
  };
  for (RunCursor& cursor : cursors) {
    while (cursor.has_chunk() && cursor.place(accounts) == place) {
      const EventChunk& chunk = cursor.chunk();
      gathered_of(chunk).append(cursor.events(), RowRange{chunk.first, chunk.count});
      if (auto moved = cursor.next(); !moved) return moved;
    }
  }
  const auto end = pool.begin() + static_cast<std::ptrdiff_t>(used);
  if (used > 1) {
    std::sort(pool.begin(), end, [](const Gathered& a, const Gathered& b) {
      return a.number != b.number ? a.number < b.number : a.part < b.part;
    });
  }
  for (auto gathered = pool.begin(); gathered != end; ++gathered) {
    sort_by_time(gathered->events, 0);
    target.add(place, gathered->number, gathered->part, gathered->events,
               RowRange{0, static_cast<std::uint32_t>(gathered->events.size())});
  }
  return {};
}

Result<void> fold(EventRuns& runs, const AccountDirectory& accounts, std::uint32_t stream,
                  std::span<const EventRun> folded) {
  const std::int64_t target = runs.new_run(stream, folded.back().age);
  RunWriter writer(runs, target);
  std::vector<Gathered> pool;
  std::vector<RunCursor> cursors;
  for (const EventRun& run : folded) {
    cursors.emplace_back(runs, runs.places(BlockTable::events, run.run));
    if (auto moved = cursors.back().seek(0, accounts); !moved) return moved;
  }
  for (;;) {
    std::uint64_t place = kEnd;
    for (const RunCursor& cursor : cursors) {
      if (cursor.has_chunk()) place = std::min(place, cursor.place(accounts));
    }
    if (place == kEnd) break;
    if (auto moved = fold_place(cursors, accounts, place, pool, writer); !moved) return moved;
  }
  const auto ids = fold_ids(runs, folded, target);
  if (!ids) return ids.error();
  const std::uint64_t events = writer.finish();
  for (const EventRun& run : folded) runs.remove(run.run);
  runs.set_counts(target, events, *ids);
  return {};
}

}  // namespace

Result<void> RunCursor::next_block() {
  chunk_ = 0;
  block_.clear();
  if (next_place_ == places_.size()) return {};
  return runs_->read(places_[next_place_++].key, block_);
}

Result<void> RunCursor::seek(std::uint64_t place, const AccountDirectory& accounts) {
  while (next_place_ < places_.size() && places_[next_place_].last < place) ++next_place_;
  if (!has_chunk()) {
    if (auto moved = next_block(); !moved) return moved;
  }
  while (has_chunk() && this->place(accounts) < place) {
    if (auto moved = next(); !moved) return moved;
  }
  return {};
}

Result<void> fold_runs(EventRuns& runs, const AccountDirectory& accounts, std::uint32_t stream,
                       std::size_t runs_max) {
  for (;;) {
    const std::vector<EventRun> all = runs.of_stream(stream);
    if (all.size() <= std::max<std::size_t>(runs_max, 1)) return {};
    if (auto folded = fold(runs, accounts, stream, cheapest(all)); !folded) return folded;
  }
}

}  // namespace upselld::store
