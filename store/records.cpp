// SPDX-License-Identifier: Apache-2.0
#include "store/records.h"

#include "store/records_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace upselld::store {
namespace {

// What is gathered, and what committing it takes, stays below this part of the memory. The rest is
// for a fold, the directory of accounts and SQLite.
constexpr double kGroupShare = 0.4;
constexpr std::size_t kPrefetchAhead = 16;

bool is_event(RecordKind kind) {
  switch (kind) {
    case RecordKind::order:
    case RecordKind::order_line:
    case RecordKind::activity:
      return true;
    case RecordKind::account:
    case RecordKind::product:
    case RecordKind::contact:
    case RecordKind::rep:
    case RecordKind::attribute_change:
      return false;
  }
  return false;
}

// The account ids of a page's rows; none where its kind has none.
std::vector<std::string_view> account_ids(const Page& page) {
  std::vector<std::string_view> ids;
  if (const auto* column = account_column(page)) {
    ids.reserve(column->size());
    for (const TextRef ref : *column) ids.push_back(page[ref]);
  }
  return ids;
}

// Rows that are not kept: without an account, or of a forgotten one.
void count_left_out(const Page& page, const std::vector<std::uint32_t>& numbers,
                    PageCounts& counts) {
  const auto* column = account_column(page);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (numbers[row] != 0) continue;
    ++((*column)[row].length == 0 ? counts.without_account : counts.forgotten);
  }
}

}  // namespace

FeedPlace RecordsWriter::place_of(const Feed& feed) {
  static const std::vector<AttributeSpec> kNone;
  FeedPlace place;
  place.connection = context_.names.code(NameKind::connection, feed.connection);
  place.connection_key = space_key(feed.connection);
  place.account_space = place.connection;
  place.account_key = place.connection_key;
  if (feed.join && is_event(feed.kind)) {
    context_.names.code(NameKind::connection, feed.join->connection);
    context_.names.code(NameKind::attribute, feed.join->attribute);
    const std::string space = feed.join->connection + '\x1f' + feed.join->attribute;
    place.account_space = context_.names.code(NameKind::joined_space, space);
    place.account_key = space_key(space);
  }
  // A row of a part without a name is positional too.
  if (!feed.keyed) {
    place.part = context_.names.code(NameKind::part, feed.part.empty() ? "-" : feed.part);
  }
  place.stream = context_.names.stream({0, place.connection, feed.stream, feed.kind, feed.keyed});
  place.attributes = &kNone;
  for (const ConnectionAttributes& of : context_.settings.attributes) {
    if (of.connection == feed.connection) place.attributes = &of.attributes;
  }
  return place;
}

// The account of each id; 0 for an empty id and for a forgotten account.
Result<std::vector<std::uint32_t>> RecordsWriter::resolve(
    const FeedPlace& place, const std::vector<std::string_view>& ids) {
  AccountDirectory& accounts = context_.accounts;
  std::vector<std::uint32_t> numbers(ids.size());
  std::vector<std::string> unknown;
  std::vector<std::size_t> unknown_at;
  std::vector<std::uint64_t> places(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    places[i] = place_of_id(place.account_key, ids[i]);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kPrefetchAhead < ids.size()) accounts.prefetch(places[i + kPrefetchAhead]);
    if (ids[i].empty()) continue;
    const std::uint64_t at = places[i];
    numbers[i] = accounts.find(at);
    if (numbers[i] != 0) continue;
    if (!context_.settings.forgotten) {
      numbers[i] = accounts.add(place.account_space, at, ids[i]);
    } else {
      unknown.emplace_back(ids[i]);
      unknown_at.push_back(i);
    }
  }
  if (!unknown.empty()) {
    const std::string space = context_.names.text(place.account_space);
    const auto forgotten = context_.settings.forgotten(space, unknown);
    if (!forgotten) return forgotten.error();
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      const std::uint64_t at = place_of_id(place.account_key, unknown[i]);
      std::uint32_t number = accounts.find(at);
      if (number == 0 && (*forgotten)[i]) {
        accounts.add_forgotten(at);
        number = AccountDirectory::kForgotten;
      }
      if (number == 0) number = accounts.add(place.account_space, at, unknown[i]);
      numbers[unknown_at[i]] = number;
    }
  }
  std::replace(numbers.begin(), numbers.end(), AccountDirectory::kForgotten, 0U);
  return numbers;
}

Result<PageCounts> RecordsWriter::apply_events(const FeedPlace& place, Page&& page, Instant now) {
  PageCounts counts;
  if (page.replaces && group_.events.count(place.stream) != 0) {
    auto flushed = flush();
    if (!flushed) return flushed;
    counts += *flushed;
  }
  PendingEvents& pending = group_.events[place.stream];
  if (page.replaces) pending.replaced_parts.push_back(place.part);
  auto numbers = resolve(place, account_ids(page));
  if (!numbers) return numbers.error();
  count_left_out(page, *numbers, group_.counts);
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < numbers->size(); ++row) {
    if ((*numbers)[row] != 0) kept.push_back(row);
  }
  std::erase(*numbers, 0U);
  gather(pending, page, kept, *numbers,
         {context_.names, context_.products, place.connection, place.connection_key, place.part});
  for (const Deletion& deletion : page.deletions) {
    const Instant at = deletion.at.is_missing() ? now : deletion.at;
    pending.deletions.push_back({id_hash(place.connection_key, deletion.id), at.ms,
                                 static_cast<std::uint32_t>(pending.number.size())});
  }
  group_.event_count += kept.size();
  return counts;
}

// Keeps a page of anything but events as it is.
Result<void> RecordsWriter::gather_page(const Feed& feed, const FeedPlace& place, Page&& page,
                                        Instant now) {
  PendingPage pending{place, {}, {}, {}, {}, now};
  auto numbers = resolve(place, account_ids(page));
  if (!numbers) return numbers.error();
  count_left_out(page, *numbers, group_.counts);
  pending.numbers = std::move(*numbers);
  if (feed.kind == RecordKind::account) {
    std::vector<std::string_view> ids;
    for (const Deletion& deletion : page.deletions) ids.push_back(deletion.id);
    for (const Merge& merge : page.merges) ids.insert(ids.end(), {merge.loser, merge.survivor});
    auto named = resolve(place, ids);
    if (!named) return named.error();
    const auto deleted_end = named->begin() + static_cast<std::ptrdiff_t>(page.deletions.size());
    pending.deleted.assign(named->begin(), deleted_end);
    pending.merged.assign(deleted_end, named->end());
    if (full_[place.stream]) {
      auto& in_full = group_.named_in_full[place.stream];
      for (const std::uint32_t number : pending.numbers) {
        if (number != 0) in_full.push_back(context_.accounts[number].own_place);
      }
    }
  }
  group_.page_bytes += page.text.size() + count_of(page) * sizeof(AccountFacts);
  pending.page = std::move(page);
  group_.pages.push_back(std::move(pending));
  return {};
}

Result<PageCounts> RecordsWriter::apply(const Feed& feed, Page&& page, Instant now) {
  if (kind_of(page) != feed.kind) {
    return Error{
        ErrorKind::corrupt,
        fmt::format("store page of {}/{}: it holds {} records instead of {}", feed.connection,
                    feed.stream, to_text(kind_of(page)), to_text(feed.kind)),
        {}};
  }
  const FeedPlace place = place_of(feed);
  PageCounts counts = std::exchange(committed_, {});
  Cursor next = std::move(page.next);
  const std::uint64_t without_account = page.rows_without_account;
  if (is_event(feed.kind)) {
    const auto applied = apply_events(place, std::move(page), now);
    if (!applied) return applied;
    counts += *applied;
  } else if (auto gathered = gather_page(feed, place, std::move(page), now); !gathered) {
    return gathered.error();
  }
  group_.counts.without_account += without_account;
  group_.cursors[{place.stream, feed.part}] = std::move(next);
  if (group_.event_count < context_.settings.group_events_max &&
      static_cast<double>(group_.bytes()) <
          kGroupShare * static_cast<double>(context_.settings.memory_bytes)) {
    return counts;
  }
  const auto flushed = flush();
  if (!flushed) return flushed;
  counts += *flushed;
  return counts;
}

Result<PageCounts> RecordsWriter::flush() {
  if (broken_) {
    return Error{
        ErrorKind::io, "store records: an earlier commit failed: open the store again", {}};
  }
  PageCounts counts = std::exchange(committed_, {});
  if (group_.empty()) return counts;
  broken_ = true;  // until it is committed
  const auto written = commit_group(context_, group_);
  if (!written) return written;
  broken_ = false;
  group_.clear();
  counts += *written;
  return counts;
}

Result<Cursor> RecordsWriter::cursor(const Feed& feed) {
  const FeedPlace place = place_of(feed);
  return guarded("store: read cursor", [&] {
    SQLite::Statement row(raw(context_.database),
                          "SELECT bytes FROM cursors WHERE stream = ? AND part = ?");
    row.bind(1, place.stream);
    row.bind(2, feed.part);
    return row.executeStep() ? Cursor{row.getColumn(0).getString()} : Cursor{};
  });
}

Result<void> RecordsWriter::forget_cursor(const Feed& feed) {
  const FeedPlace place = place_of(feed);
  full_[place.stream] = false;
  return in_transaction("store: forget cursor", [&](Transaction&) -> Result<void> {
    SQLite::Database& sql = raw(context_.database);
    SQLite::Statement row(sql, "DELETE FROM cursors WHERE stream = ? AND part = ?");
    row.bind(1, place.stream);
    row.bind(2, feed.part);
    row.exec();
    end_census(sql, place.stream, CensusKind::full);
    end_census(sql, place.stream, CensusKind::sweep);
    return {};
  });
}

Result<std::unique_ptr<Records>> Records::open(Database& database, RecordsSettings settings) {
  return guarded("store: open records", [&]() -> Result<std::unique_ptr<Records>> {
    auto writer = std::make_unique<RecordsWriter>(database, std::move(settings));
    writer->load();
    return std::unique_ptr<Records>(std::move(writer));
  });
}

PageCounts& PageCounts::operator+=(const PageCounts& other) {
  new_records += other.new_records;
  changed += other.changed;
  unchanged += other.unchanged;
  deleted += other.deleted;
  merged += other.merged;
  waiting += other.waiting;
  without_account += other.without_account;
  forgotten += other.forgotten;
  return *this;
}

}  // namespace upselld::store
