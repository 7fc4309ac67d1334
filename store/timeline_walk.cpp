// SPDX-License-Identifier: Apache-2.0
#include "store/timeline_walk.h"

#include "store/event_fold.h"
#include "store/record_group.h"
#include "store/sql.h"
#include "store/timeline_build.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace upselld::store {
namespace {

constexpr std::size_t kShareEvents = 131'072;
constexpr std::size_t kSharesMax = 64;
// A writer that commits between two connections' first reads makes them differ: then once more.
constexpr int kOpenTriesMax = 50;
constexpr std::uint64_t kPlaces = std::uint64_t{1} << 63;

// One read connection, which sees one state until it is closed.
class Reader {
 public:
  explicit Reader(Database database)
      : database_(std::move(database)),
        runs_(raw(database_)),
        rows_(raw(database_),
              fmt::format("SELECT {} FROM accounts WHERE place >= ? AND place <= ? AND space = ? "
                          "AND known_mark <> 0 AND root = number ORDER BY place",
                          AccountRows::kColumns)) {}

  std::int64_t begin() {
    raw(database_).exec("BEGIN");
    return current_mark(raw(database_));
  }
  SQLite::Database& sql() { return raw(database_); }
  EventRuns& runs() { return runs_; }
  SQLite::Statement& rows() { return rows_; }

 private:
  Database database_;
  EventRuns runs_;
  SQLite::Statement rows_;
};

struct WalkedRun {
  RecordKind kind = RecordKind::activity;
  std::vector<BlockPlace> places;
};

class StoredWalk : public TimelineWalk {
 public:
  static Result<std::unique_ptr<StoredWalk>> open(const std::filesystem::path& path,
                                                  const WalkSettings& settings);

  const Vocabulary& vocabulary() const override { return codes_.vocabulary; }
  std::size_t share_count() const override { return share_count_; }
  Instant events_from() const override { return events_from_; }
  Result<void> walk(std::size_t share, Instant known_before, const Visitor& visit) const override {
    const std::uint64_t width = kPlaces / share_count_;
    const std::uint64_t first = share * width;
    const std::uint64_t last = share + 1 == share_count_ ? kPlaces - 1 : first + width - 1;
    return with_reader(
        [&](Reader& reader) { return walk_places(reader, first, last, known_before, visit); });
  }

  Instant next_news() const override {
    const std::lock_guard lock(mutex_);
    return next_news_;
  }

 private:
  void load(Reader& reader, const WalkSettings& settings);
  Result<void> walk_places(Reader& reader, std::uint64_t first, std::uint64_t last,
                           Instant known_before, const Visitor& visit) const;
  std::vector<RunCursor> cursors(Reader& reader, std::uint64_t first, std::uint64_t last) const;
  template <typename Body>
  Result<void> with_reader(const Body& body) const;

  std::string connection_;
  std::uint16_t space_ = 0;
  Instant events_from_ = Instant::missing();
  std::size_t share_count_ = 1;
  WalkCodes codes_;
  AccountDirectory accounts_;
  std::vector<WalkedRun> runs_;

  mutable std::mutex mutex_;
  mutable Instant latest_ = Instant::missing();
  mutable Instant next_news_ = kFarAhead;
  mutable std::condition_variable freed_;
  mutable std::vector<std::unique_ptr<Reader>> free_;
};

Result<std::vector<std::unique_ptr<Reader>>> open_readers(const std::filesystem::path& path,
                                                          std::size_t count) {
  for (int tries = 0; tries < kOpenTriesMax; ++tries) {
    std::vector<std::unique_ptr<Reader>> readers;
    std::vector<std::int64_t> marks;
    while (readers.size() < count) {
      auto database = Database::open(path, OpenMode::read_only);
      if (!database) return database.error();
      auto begun = guarded("open walk", [&] {
        readers.push_back(std::make_unique<Reader>(std::move(*database)));
        marks.push_back(readers.back()->begin());
      });
      if (!begun) return begun.error();
    }
    if (std::count(marks.begin(), marks.end(), marks.front()) ==
        static_cast<std::ptrdiff_t>(count)) {
      return readers;
    }
  }
  return Error{ErrorKind::busy,
               fmt::format("open walk of {}: records are being written without a pause: try again",
                           path.string()),
               {}};
}

void StoredWalk::load(Reader& reader, const WalkSettings& settings) {
  RecordNames names;
  names.load(reader.sql());
  connection_ = settings.connection;
  events_from_ = settings.events_from;
  space_ = names.find(NameKind::connection, connection_);
  accounts_.load(reader.sql());
  codes_ = read_walk_codes(reader.sql(), names, space_, settings.attributes);
  std::uint64_t events = 0;
  for (const EventRun& run : reader.runs().all()) {
    events += run.events;
    runs_.push_back(
        {names.streams()[run.stream - 1].kind, reader.runs().places(BlockTable::events, run.run)});
  }
  share_count_ = std::clamp<std::size_t>(events / kShareEvents, 1, kSharesMax);
}

Result<std::unique_ptr<StoredWalk>> StoredWalk::open(const std::filesystem::path& path,
                                                     const WalkSettings& settings) {
  auto readers = open_readers(path, std::max<std::size_t>(settings.threads, 1));
  if (!readers) return readers.error();
  auto walk = std::make_unique<StoredWalk>();
  walk->free_ = std::move(*readers);
  auto loaded = guarded("open walk", [&] { walk->load(*walk->free_.front(), settings); });
  if (!loaded) return loaded.error();
  return walk;
}

template <typename Body>
Result<void> StoredWalk::with_reader(const Body& body) const {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !free_.empty(); });
  std::unique_ptr<Reader> reader = std::move(free_.back());
  free_.pop_back();
  lock.unlock();
  const Result<void> done = guarded("walk", [&] { return body(*reader); });
  lock.lock();
  free_.push_back(std::move(reader));
  freed_.notify_one();
  return done;
}

std::vector<RunCursor> StoredWalk::cursors(Reader& reader, std::uint64_t first,
                                           std::uint64_t last) const {
  std::vector<RunCursor> cursors;
  cursors.reserve(runs_.size());
  for (const WalkedRun& run : runs_) {
    std::vector<BlockPlace> places;
    for (const BlockPlace& place : run.places) {
      if (place.last >= first && place.first <= last) places.push_back(place);
    }
    cursors.emplace_back(reader.runs(), std::move(places));
  }
  return cursors;
}

Result<void> StoredWalk::walk_places(Reader& reader, std::uint64_t first, std::uint64_t last,
                                     Instant known_before, const Visitor& visit) const {
  std::vector<RunCursor> cursors = this->cursors(reader, first, last);
  for (RunCursor& cursor : cursors) {
    if (auto moved = cursor.seek(first, accounts_); !moved) return moved;
  }
  TimelineBuilder builder(codes_, events_from_);
  AccountRow row;
  SQLite::Statement& rows = reader.rows();
  rows.reset();
  rows.bind(1, static_cast<std::int64_t>(first));
  rows.bind(2, static_cast<std::int64_t>(last));
  rows.bind(3, static_cast<int>(space_));
  while (rows.executeStep()) {
    if (!AccountRows::read_row(rows, row)) {
      return damaged_account(row.number);
    }
    builder.begin(row, connection_, known_before);
    for (std::size_t i = 0; i < cursors.size(); ++i) {
      RunCursor& cursor = cursors[i];
      if (auto moved = cursor.seek(row.place, accounts_); !moved) return moved;
      while (cursor.has_chunk() && cursor.place(accounts_) == row.place) {
        builder.add(runs_[i].kind, cursor.events(), cursor.chunk());
        if (auto moved = cursor.next(); !moved) return moved;
      }
    }
    if (builder.finish()) visit(builder.timeline());
  }
  rows.reset();
  const std::lock_guard lock(mutex_);
  if (known_before > latest_) next_news_ = kFarAhead;
  latest_ = std::max(latest_, known_before);
  if (known_before == latest_) next_news_ = std::min(next_news_, builder.next_news());
  return {};
}

}  // namespace

Result<std::unique_ptr<TimelineWalk>> TimelineWalk::open(const std::filesystem::path& database,
                                                         const WalkSettings& settings) {
  auto walk = StoredWalk::open(database, settings);
  if (!walk) return walk.error();
  return std::unique_ptr<TimelineWalk>(std::move(*walk));
}

}  // namespace upselld::store
