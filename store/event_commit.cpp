// SPDX-License-Identifier: Apache-2.0
#include "store/event_commit.h"

#include "store/block_writer.h"
#include "store/event_edit.h"
#include "store/event_sort.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

namespace upselld::store {
namespace {

// Ids are looked up in stored runs so many at a time: bounds what the answers take.
constexpr std::size_t kLookupIdsMax = 65'536;
// From so many rows on a thread that packs them is worth its start.
constexpr std::size_t kRowsForThread = std::size_t{16} * kBlockEventsMax;
constexpr std::uint32_t kDeletionBit = 0x80000000;

// One thing that was said about an id: a row, or a deletion.
struct Said {
  std::uint64_t hash = 0;
  std::uint32_t what = 0;  // row, or kDeletionBit | index
};

// Says of ids, by hash and, for one id, in the order of arrival.
std::vector<Said> all_said(const PendingEvents& pending) {
  std::vector<Said> said;
  said.reserve(pending.number.size() + pending.deletions.size());
  std::uint32_t deletion = 0;
  for (std::uint32_t row = 0; row <= pending.number.size(); ++row) {
    while (deletion < pending.deletions.size() && pending.deletions[deletion].after_row == row) {
      said.push_back({pending.deletions[deletion].hash, kDeletionBit | deletion});
      ++deletion;
    }
    if (row < pending.number.size()) said.push_back({pending.events.id[row], row});
  }
  std::stable_sort(said.begin(), said.end(),
                   [](const Said& a, const Said& b) { return a.hash < b.hash; });
  return said;
}

// The content of every row, where versions are not told. In the order of rows: ids come in the
// order of their hashes, and reading a row's columns in that order waits for memory most of the
// time.
std::vector<std::uint64_t> contents_of(const PendingEvents& pending) {
  std::vector<std::uint64_t> contents(pending.number.size());
  for (std::uint32_t row = 0; row < contents.size(); ++row) {
    if (pending.version[row] != IdEntry::kNoVersion) continue;
    contents[row] = content_hash(pending.events, row, pending.number[row]);
  }
  return contents;
}

bool supersedes(const IdEntry& now, const IdEntry& before) {
  // Without versions the newest arrival wins, unless it says the same.
  if (now.by_content) return !before.by_content || before.deleted || now.version != before.version;
  if (before.by_content || now.version > before.version) return true;
  // A record and its deletion may carry one version: then it is deleted.
  return now.version == before.version && now.deleted && !before.deleted;
}

// Writes the new ids of a keyed stream and finds out which rows are kept and which events go.
class Upsert {
 public:
  Upsert(EventRuns& runs, const AccountDirectory& accounts, const PendingEvents& pending)
      : runs_(runs),
        accounts_(accounts),
        pending_(pending),
        contents_(contents_of(pending)),
        is_kept_(pending.number.size()) {}

  Result<void> run(std::span<const EventRun> stream_runs, IdWriter& writer) {
    const std::vector<Said> said = all_said(pending_);
    std::vector<std::uint64_t> hashes;
    for (std::size_t begin = 0; begin < said.size();) {
      hashes.clear();
      std::size_t end = begin;
      while (end < said.size() && hashes.size() < kLookupIdsMax) {
        hashes.push_back(said[end].hash);
        while (end < said.size() && said[end].hash == hashes.back()) ++end;
      }
      const auto found = find_ids(runs_, stream_runs, hashes);
      if (!found) return found.error();
      for (const FoundId& stored : *found) {
        const std::size_t first = begin;
        while (begin < end && said[begin].hash == said[first].hash) ++begin;
        decide(std::span(said).subspan(first, begin - first), stored, writer);
      }
    }
    return {};
  }
  // Rows that are to be written, in their order.
  std::vector<std::uint32_t> kept() const {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < is_kept_.size(); ++row) {
      if (is_kept_[row]) rows.push_back(row);
    }
    return rows;
  }
  std::vector<Removal>& removals() { return removals_; }
  const PageCounts& counts() const { return counts_; }

 private:
  IdEntry entry_of(const Said& said) const {
    if ((said.what & kDeletionBit) != 0) {
      return {said.hash, pending_.deletions[said.what & ~kDeletionBit].at, 0, true, false};
    }
    const std::uint32_t number = pending_.number[said.what];
    const std::int64_t version = pending_.version[said.what];
    if (version != IdEntry::kNoVersion) return {said.hash, version, number, false, false};
    return {said.hash, static_cast<std::int64_t>(contents_[said.what]), number, false, true};
  }

  void decide(std::span<const Said> said, const FoundId& stored, IdWriter& writer) {
    bool known = stored.run != 0;
    IdEntry entry = stored.entry;
    std::uint32_t winner = kDeletionBit;
    bool changed = false;
    for (const Said& one : said) {
      const IdEntry now = entry_of(one);
      if (known && !supersedes(now, entry)) {
        if (!now.deleted) ++counts_.unchanged;
        continue;
      }
      const bool was_live = known && !entry.deleted;
      if (now.deleted) {
        if (was_live) ++counts_.deleted;
      } else {
        ++(was_live ? counts_.changed : counts_.new_records);
      }
      known = true;
      changed = true;
      entry = now;
      winner = now.deleted ? kDeletionBit : one.what;
    }
    if (!changed) return;
    writer.add(entry);
    if (winner != kDeletionBit) is_kept_[winner] = true;
    if (stored.run == 0 || stored.entry.deleted) return;
    const std::uint32_t number = stored.entry.number;
    if (!accounts_.contains(number)) return;  // its account was erased, and with it the event
    removals_.push_back({accounts_[number].place, stored.entry.hash, number, stored.run});
  }

  EventRuns& runs_;
  const AccountDirectory& accounts_;
  const PendingEvents& pending_;
  const std::vector<std::uint64_t> contents_;
  std::vector<bool> is_kept_;
  std::vector<Removal> removals_;
  PageCounts counts_;
};

}  // namespace

std::uint64_t write_rows(EventRuns& runs, std::int64_t run, AccountDirectory& accounts,
                         PendingEvents& pending, std::span<const std::uint32_t> rows,
                         const std::function<void(std::uint32_t number, std::size_t rows)>& visit) {
  std::optional<BlockWriter> blocks;
  if (rows.size() >= kRowsForThread) blocks.emplace(runs);
  RunWriter writer(runs, run, blocks ? &*blocks : nullptr);
  SortedRows sorted(accounts, pending, rows);
  const Column<std::uint32_t>& parts = sorted.part();
  sorted.for_each([&](std::uint32_t number, std::span<const std::uint32_t> of_account) {
    visit(number, of_account.size());
    for (std::size_t begin = 0; begin < of_account.size();) {
      const std::uint32_t part = parts[of_account[begin]];
      std::size_t end = parts.absent() ? of_account.size() : begin + 1;
      while (end < of_account.size() && parts[of_account[end]] == part) ++end;
      writer.add(accounts[number].place, number, part, sorted.events(),
                 of_account.subspan(begin, end - begin));
      begin = end;
    }
  });
  return writer.finish();
}

Result<PageCounts> commit_events(EventRuns& runs, AccountDirectory& accounts, std::uint32_t stream,
                                 bool keyed, PendingEvents& pending) {
  PageCounts counts;
  for (const std::uint32_t part : pending.replaced_parts) {
    const auto removed = remove_part(runs, runs.of_stream(stream), part);
    if (!removed) return removed.error();
    counts.deleted += *removed;
  }
  if (pending.number.empty() && pending.deletions.empty()) return counts;

  const std::vector<EventRun> before = runs.of_stream(stream);
  const std::int64_t run = runs.new_run(stream);
  std::vector<std::uint32_t> rows;
  std::uint64_t ids = 0;
  if (keyed) {
    Upsert upsert(runs, accounts, pending);
    IdWriter writer(runs, run);
    if (auto done = upsert.run(before, writer); !done) return done.error();
    ids = writer.finish();
    if (auto done = remove_events(runs, before, upsert.removals()); !done) return done.error();
    counts += upsert.counts();
    rows = upsert.kept();
  } else {
    rows.resize(pending.number.size());
    std::iota(rows.begin(), rows.end(), 0U);
    counts.new_records += rows.size();
  }
  const auto note = [&](std::uint32_t number, std::size_t of_account) {
    if (!accounts.is_settled(number)) counts.waiting += of_account;
  };
  const std::uint64_t written = write_rows(runs, run, accounts, pending, rows, note);
  if (written == 0 && ids == 0) {
    runs.remove(run);
  } else {
    runs.set_counts(run, written, ids);
  }
  return counts;
}

}  // namespace upselld::store
