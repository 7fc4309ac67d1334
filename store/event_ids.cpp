// SPDX-License-Identifier: Apache-2.0
#include "store/event_ids.h"

#include "store/event_bytes.h"

#include <algorithm>

namespace upselld::store {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kBlockIdsMax = 2'048;
constexpr std::uint8_t kDeleted = 1;
constexpr std::uint8_t kByContent = 2;

std::string pack_ids(const std::vector<IdEntry>& entries) {
  EventBytes out(entries.size() * 22 + 16);
  out.byte(kFormat);
  out.varint(entries.size());
  std::uint64_t hash = 0;
  for (const IdEntry& entry : entries) {
    out.varint(entry.hash - hash);
    hash = entry.hash;
  }
  for (const IdEntry& entry : entries) out.varint(entry.number);
  for (const IdEntry& entry : entries) {
    out.byte(static_cast<std::uint8_t>((entry.deleted ? kDeleted : 0) |
                                       (entry.by_content ? kByContent : 0)));
  }
  std::uint64_t version = 0;
  for (const IdEntry& entry : entries) {
    const auto now = static_cast<std::uint64_t>(entry.version);
    if (entry.by_content) {
      out.word(now);
    } else {
      out.varint(zigzag(static_cast<std::int64_t>(now - version)));
      version = now;
    }
  }
  return out.take();
}

bool unpack_ids(std::string_view bytes, std::vector<IdEntry>& entries) {
  EventBytesReader in(bytes);
  if (in.byte() != kFormat) return false;
  const std::uint64_t count = in.varint();
  if (!in.ok() || count == 0 || count > kBlockIdsMax) return false;
  entries.assign(count, IdEntry{});
  std::uint64_t hash = 0;
  for (IdEntry& entry : entries) entry.hash = hash += in.varint();
  for (IdEntry& entry : entries) {
    const std::uint64_t number = in.varint();
    if (number > 0xffffffff) return false;
    entry.number = static_cast<std::uint32_t>(number);
  }
  for (IdEntry& entry : entries) {
    const std::uint8_t flags = in.byte();
    entry.deleted = (flags & kDeleted) != 0;
    entry.by_content = (flags & kByContent) != 0;
  }
  std::uint64_t version = 0;
  for (IdEntry& entry : entries) {
    if (entry.by_content) {
      entry.version = static_cast<std::int64_t>(in.word());
    } else {
      version += static_cast<std::uint64_t>(unzigzag(in.varint()));
      entry.version = static_cast<std::int64_t>(version);
    }
  }
  return in.at_end();
}

Result<void> read_ids(EventRuns& runs, std::int64_t key, std::vector<IdEntry>& entries) {
  const auto bytes = runs.read(BlockTable::ids, key);
  if (!bytes) return bytes.error();
  if (!unpack_ids(*bytes, entries)) return damaged_block(BlockTable::ids, key);
  return {};
}

// Fills in what this run knows of hashes that no newer run knew.
Result<void> find_in_run(EventRuns& runs, std::int64_t run, std::span<const std::uint64_t> hashes,
                         std::vector<FoundId>& found) {
  std::vector<IdEntry> block;
  for (const BlockPlace& place : runs.places(BlockTable::ids, run)) {
    const auto begin = std::lower_bound(hashes.begin(), hashes.end(), place.first);
    const auto end = std::upper_bound(begin, hashes.end(), place.last);
    bool wanted = false;
    for (auto hash = begin; hash != end; ++hash) {
      wanted = wanted || found[static_cast<std::size_t>(hash - hashes.begin())].run == 0;
    }
    if (!wanted) continue;
    if (auto read = read_ids(runs, place.key, block); !read) return read;
    auto entry = block.begin();
    for (auto hash = begin; hash != end; ++hash) {
      entry = std::lower_bound(entry, block.end(), *hash,
                               [](const IdEntry& e, std::uint64_t h) { return e.hash < h; });
      if (entry == block.end()) break;
      FoundId& answer = found[static_cast<std::size_t>(hash - hashes.begin())];
      if (entry->hash == *hash && answer.run == 0) answer = {*entry, run};
    }
  }
  return {};
}

}  // namespace

void IdWriter::add(const IdEntry& entry) {
  if (block_.size() == kBlockIdsMax) write_block();
  block_.push_back(entry);
}

void IdWriter::write_block() {
  if (block_.empty()) return;
  const BlockPlace place{block_key(run_, next_++), block_.front().hash, block_.back().hash};
  runs_.write(BlockTable::ids, place, pack_ids(block_));
  written_ += block_.size();
  block_.clear();
}

std::uint64_t IdWriter::finish() {
  write_block();
  return written_;
}

Result<bool> IdReader::next() {
  if (at_ + 1 < block_.size()) {
    ++at_;
    return true;
  }
  if (next_place_ == places_.size()) return false;
  if (auto read = read_ids(*runs_, places_[next_place_++].key, block_); !read) return read.error();
  at_ = 0;
  return true;
}

IdMerge::IdMerge(EventRuns& runs, std::span<const EventRun> merged) {
  for (const EventRun& run : merged) {
    if (run.ids != 0) readers_.emplace_back(runs, run.run);
  }
  live_.assign(readers_.size(), true);
}

Result<void> IdMerge::advance(std::size_t reader) {
  const auto moved = readers_[reader].next();
  if (!moved) return moved.error();
  live_[reader] = *moved;
  return {};
}

Result<bool> IdMerge::next() {
  if (!begun_) {
    begun_ = true;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      if (auto moved = advance(i); !moved) return moved.error();
    }
  }
  std::size_t best = readers_.size();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (!live_[i]) continue;
    // Not below: among equal hashes the newest run is right.
    if (best == readers_.size() || readers_[i].entry().hash <= readers_[best].entry().hash)
      best = i;
  }
  if (best == readers_.size()) return false;
  found_ = {readers_[best].entry(), readers_[best].run()};
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (!live_[i] || readers_[i].entry().hash != found_.entry.hash) continue;
    if (auto moved = advance(i); !moved) return moved.error();
  }
  return true;
}

Result<std::vector<FoundId>> find_ids(EventRuns& runs, std::span<const EventRun> searched,
                                      std::span<const std::uint64_t> hashes) {
  std::vector<FoundId> found(hashes.size());
  for (std::size_t i = searched.size(); i-- > 0;) {
    if (searched[i].ids == 0) continue;
    if (auto looked = find_in_run(runs, searched[i].run, hashes, found); !looked) {
      return looked.error();
    }
  }
  return found;
}

Result<void> purge_ids(EventRuns& runs, std::span<const EventRun> purged,
                       std::span<const std::uint32_t> numbers) {
  std::vector<IdEntry> block;
  for (const EventRun& run : purged) {
    std::uint64_t removed = 0;
    for (const BlockPlace& place : runs.places(BlockTable::ids, run.run)) {
      if (auto read = read_ids(runs, place.key, block); !read) return read;
      const std::size_t before = block.size();
      std::erase_if(block, [&](const IdEntry& entry) {
        return std::binary_search(numbers.begin(), numbers.end(), entry.number);
      });
      removed += before - block.size();
      if (block.empty()) {
        runs.remove(BlockTable::ids, place.key);
      } else if (block.size() != before) {
        runs.write(BlockTable::ids, place, pack_ids(block));
      }
    }
    if (removed != 0) runs.set_counts(run.run, run.events, run.ids - removed);
  }
  return {};
}

}  // namespace upselld::store
