// SPDX-License-Identifier: Apache-2.0
#include "store/records_writer.h"

#include "core/assertions.h"
#include "store/brakes.h"
#include "store/event_commit.h"
#include "store/event_edit.h"
#include "store/event_ids.h"
#include "store/record_people.h"
#include "store/rounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace upselld::store {

Result<void> RecordsWriter::begin(const Feed& feed, CensusKind kind) {
  const FeedPlace place = place_of(feed);
  if (kind == CensusKind::full) full_[place.stream] = true;
  return in_transaction("store: begin census", [&](Transaction&) -> Result<void> {
    begin_census(raw(context_.database), place.stream, kind);
    return {};
  });
}

Result<void> RecordsWriter::end_full(const Feed& feed) {
  const FeedPlace place = place_of(feed);
  if (!full_[place.stream]) return {};
  const auto done =
      in_transaction("store: end full pull", [&](Transaction& transaction) -> Result<void> {
        AccountsLost look;
        look.lost = unnamed_accounts(place, CensusKind::full, &look.known).size();
        end_census(raw(context_.database), place.stream, CensusKind::full);
        return Brakes(context_.database).note_lost(transaction, feed.connection, feed.stream, look);
      });
  if (done) full_[place.stream] = false;
  return done;
}

std::vector<std::uint32_t> RecordsWriter::unnamed_accounts(const FeedPlace& place, CensusKind kind,
                                                           std::uint64_t* known) {
  SQLite::Database& sql = raw(context_.database);
  std::vector<std::uint32_t> unnamed;
  const auto census = open_census(sql, place.stream, kind);
  if (!census) return unnamed;
  const std::vector<std::uint64_t> named = named_by(sql, place.stream, kind);
  SQLite::Statement live(sql,
                         "SELECT number, place FROM accounts WHERE space = ? AND known_mark <> 0 "
                         "AND known_mark <= ? AND merged_into = 0 AND (deletion_at IS NULL OR "
                         "deletion_at < version)");
  live.bind(1, static_cast<int>(place.connection));
  live.bind(2, census->began);
  while (live.executeStep()) {
    if (known != nullptr) ++*known;
    const auto hash = static_cast<std::uint64_t>(live.getColumn(1).getInt64());
    if (!std::binary_search(named.begin(), named.end(), hash)) {
      unnamed.push_back(live.getColumn(0).getUInt());
    }
  }
  return unnamed;
}

Result<void> RecordsWriter::apply_sweep(const Feed& feed, const Page& page) {
  const FeedPlace place = place_of(feed);
  std::vector<std::uint64_t> hashes;
  for (const std::string& id : page.named) {
    hashes.push_back(feed.kind == RecordKind::account ? place_of_id(place.connection_key, id)
                                                      : id_hash(place.connection_key, id));
  }
  return in_transaction("store: sweep", [&](Transaction&) -> Result<void> {
    SQLite::Database& sql = raw(context_.database);
    add_names(sql, place.stream, CensusKind::sweep, hashes);
    set_sweep_cursor(sql, place.stream, page.next);
    return {};
  });
}

Result<Cursor> RecordsWriter::sweep_cursor(const Feed& feed) {
  const FeedPlace place = place_of(feed);
  return guarded("store: read sweep", [&] {
    const auto census = open_census(raw(context_.database), place.stream, CensusKind::sweep);
    return census ? census->cursor : Cursor{};
  });
}

Result<RecordsWriter::Unnamed> RecordsWriter::unnamed(const FeedPlace& place, const Feed& feed,
                                                      Instant now) {
  SQLite::Database& sql = raw(context_.database);
  Unnamed gone;
  const auto census = open_census(sql, place.stream, CensusKind::sweep);
  if (!census) return gone;
  if (feed.kind == RecordKind::account) {
    gone.accounts = unnamed_accounts(place, CensusKind::sweep, &gone.known);
    return gone;
  }
  const std::vector<std::uint64_t> named = named_by(sql, place.stream, CensusKind::sweep);
  if (feed.kind == RecordKind::contact) {
    gone.contacts = unnamed_contacts(sql, place.stream, named, census->began, gone.known);
    return gone;
  }
  const std::vector<EventRun> runs = context_.runs.of_stream(place.stream);
  IdMerge ids(context_.runs, runs);
  for (;;) {
    const auto more = ids.next();
    if (!more) return more.error();
    if (!*more) return gone;
    const IdEntry& entry = ids.found().entry;
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const EventRun& known) {
      return known.run == ids.found().run;
    });
    if (entry.deleted || run->age > census->began_age) continue;
    ++gone.known;
    if (std::binary_search(named.begin(), named.end(), entry.hash)) continue;
    gone.events.deletions.push_back({entry.hash, now.ms, 0});
  }
}

Result<PageCounts> RecordsWriter::delete_unnamed(const FeedPlace& place, Unnamed& gone,
                                                 Instant now) {
  PageCounts counts = delete_contacts(raw(context_.database), place.stream, gone.contacts, now);
  for (const std::uint32_t number : gone.accounts) {
    const auto deleted = context_.account_writer.mark_deleted(number, now);
    if (!deleted) return deleted;
    counts += *deleted;
  }
  if (!gone.accounts.empty()) {
    if (auto settled = settle_accounts(context_); !settled) return settled.error();
  }
  if (gone.events.deletions.empty()) return counts;
  const auto deleted =
      commit_events(context_.runs, context_.accounts, place.stream, /*keyed=*/true, gone.events);
  if (!deleted) return deleted;
  counts += *deleted;
  return counts;
}

Result<Sweep> RecordsWriter::end_sweep(const Feed& feed, Instant now, const Believed& believed) {
  const FeedPlace place = place_of(feed);
  if (!feed.keyed || feed.kind == RecordKind::product || feed.kind == RecordKind::rep) {
    return Error{
        ErrorKind::unsupported,
        fmt::format("store: sweep {}/{}: only keyed events, accounts and contacts are swept",
                    feed.connection, feed.stream),
        {}};
  }
  Sweep sweep;
  const auto done =
      in_transaction("store: end sweep", [&](Transaction& transaction) -> Result<void> {
        const std::int64_t mark = current_mark(raw(context_.database)) + 1;
        context_.account_writer.begin(mark);
        auto gone = unnamed(place, feed, now);
        if (!gone) return gone.error();
        sweep.known = gone->known;
        sweep.lost = gone->count();
        sweep.is_believed = sweep.lost <= believed.lost_max ||
                            static_cast<double>(sweep.lost) <=
                                believed.share_max * static_cast<double>(sweep.known);
        if (sweep.is_believed) {
          const auto deleted = delete_unnamed(place, *gone, now);
          if (!deleted) return deleted.error();
          sweep.counts = *deleted;
        }
        end_census(raw(context_.database), place.stream, CensusKind::sweep);
        note_sweep(raw(context_.database), place.stream, now);
        write_mark(context_, mark);
        if (feed.kind == RecordKind::account) {
          const AccountsLost look = {sweep.known, sweep.is_believed ? 0 : sweep.lost};
          const auto noted =
              Brakes(context_.database).note_lost(transaction, feed.connection, feed.stream, look);
          if (!noted) return noted;
        }
        if (!sweep.counts.is_news()) return {};
        return Rounds(context_.database).fall(transaction);
      });
  if (!done) return done.error();
  sweep.counts += std::exchange(committed_, {});
  return sweep;
}

Result<Instant> RecordsWriter::swept_at(const Feed& feed) {
  const FeedPlace place = place_of(feed);
  return guarded("store: read sweep",
                 [&] { return last_sweep(raw(context_.database), place.stream); });
}

Result<void> RecordsWriter::set_swept(const Feed& feed, Instant at) {
  const FeedPlace place = place_of(feed);
  return in_transaction("store: note sweep", [&](Transaction&) -> Result<void> {
    note_sweep(raw(context_.database), place.stream, at);
    return {};
  });
}

Result<void> RecordsWriter::erase_account(Transaction&, std::uint32_t number) {
  UPSELLD_ASSERT(group_.empty());
  AccountDirectory& accounts = context_.accounts;
  if (!accounts.contains(number)) {
    return Error{ErrorKind::not_found, fmt::format("erase account {}: there is none", number), {}};
  }
  return guarded("store: erase account", [&]() -> Result<void> {
    SQLite::Database& sql = raw(context_.database);
    std::vector<StoredAccount> erased;
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t n = 1; n < accounts.next_number(); ++n) {
      if (!accounts.contains(n) || accounts[n].root != accounts[number].root) continue;
      erased.push_back({accounts[n].place, n});
      numbers.push_back(n);
    }
    const auto drop = [](const EventBlock&, const EventChunk&) { return Result<void>(); };
    for (const RecordNames::Stream& stream : context_.names.streams()) {
      const auto taken =
          take_accounts(context_.runs, context_.runs.of_stream(stream.number), erased, drop);
      if (!taken) return taken.error();
      const auto purged = purge_ids(context_.runs, context_.runs.of_stream(stream.number), numbers);
      if (!purged) return purged;
    }
    SQLite::Statement contacts(sql, "DELETE FROM contacts WHERE account = ?");
    SQLite::Statement children(sql,
                               "UPDATE accounts SET parent = '' WHERE (space, parent) = "
                               "(SELECT space, id FROM accounts WHERE place = ?)");
    SQLite::Statement row(sql, "DELETE FROM accounts WHERE place = ?");
    for (const std::uint32_t n : numbers) {
      contacts.bind(1, n);
      contacts.exec();
      contacts.reset();
      for (SQLite::Statement* statement : {&children, &row}) {
        statement->bind(1, static_cast<std::int64_t>(accounts[n].own_place));
        statement->exec();
        statement->reset();
      }
    }
    for (const std::uint32_t n : numbers) accounts.erase(n);
    // A joined value that two accounts shared may now belong to the one that is left.
    const std::int64_t mark = current_mark(sql) + 1;
    context_.account_writer.begin(mark);
    context_.account_writer.note_structure_change();
    if (auto settled = settle_accounts(context_); !settled) return settled;
    write_mark(context_, mark);
    return {};
  });
}

}  // namespace upselld::store
