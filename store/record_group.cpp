// SPDX-License-Identifier: Apache-2.0
#include "store/record_group.h"

#include "store/event_commit.h"
#include "store/event_edit.h"
#include "store/event_fold.h"
#include "store/record_people.h"
#include "store/rounds.h"
#include "store/sql.h"
#include "store/statements.h"

#include <algorithm>

namespace upselld::store {
namespace {

// Of events that move to another account in one commit.
constexpr std::size_t kMovedBytesMax = std::size_t{32} << 20;

std::uint64_t source_of(const FeedPlace& feed) {
  return std::uint64_t{feed.stream} << 16 | feed.part;
}

Result<PageCounts> apply_account_page(RecordContext& context, const PendingPage& pending) {
  AccountWriter& writer = context.account_writer;
  auto counts =
      writer.apply_accounts(pending.page, pending.numbers, *pending.feed.attributes, pending.now);
  if (!counts) return counts;
  for (std::size_t i = 0; i < pending.deleted.size(); ++i) {
    if (pending.deleted[i] == 0) continue;
    const Instant at = pending.page.deletions[i].at;
    const auto deleted =
        writer.mark_deleted(pending.deleted[i], at.is_missing() ? pending.now : at);
    if (!deleted) return deleted;
    *counts += *deleted;
  }
  for (std::size_t i = 0; i < pending.page.merges.size(); ++i) {
    const std::uint32_t loser = pending.merged[2 * i];
    const std::uint32_t survivor = pending.merged[2 * i + 1];
    if (loser == 0 || survivor == 0) continue;
    const Instant at = pending.page.merges[i].at;
    const auto merged = writer.merge(loser, survivor, at.is_missing() ? pending.now : at);
    if (!merged) return merged;
    *counts += *merged;
  }
  return counts;
}

Result<PageCounts> apply_history_page(RecordContext& context, const PendingPage& pending) {
  PageCounts counts;
  AccountWriter& writer = context.account_writer;
  if (pending.page.replaces) {
    // What was only named in this commit has no row that a scan could find.
    writer.insert_unknown();
    const auto removed = writer.take_back(raw(context.database), source_of(pending.feed));
    if (!removed) return removed.error();
    counts.deleted += *removed;
  }
  const auto told = writer.apply_history(pending.page, pending.numbers, *pending.feed.attributes,
                                         source_of(pending.feed));
  if (!told) return told;
  counts += *told;
  return counts;
}

Result<PageCounts> apply_page(RecordContext& context, const PendingPage& pending) {
  SQLite::Database& sql = raw(context.database);
  const FeedPlace& feed = pending.feed;
  const PeopleStream people{feed.stream, feed.connection, feed.connection_key,
                            context.account_writer.mark()};
  switch (kind_of(pending.page)) {
    case RecordKind::account:
      return apply_account_page(context, pending);
    case RecordKind::attribute_change:
      return apply_history_page(context, pending);
    case RecordKind::contact:
      return apply_contacts(sql, people, pending.page, pending.numbers, pending.now);
    case RecordKind::rep:
      return apply_reps(sql, people, pending.page);
    case RecordKind::product:
      return context.products.apply(sql, feed.connection, feed.connection_key, pending.page);
    case RecordKind::order:
    case RecordKind::order_line:
    case RecordKind::activity:
      break;
  }
  UPSELLD_ASSERT(!"events are gathered in columns");
}

// Events of accounts that stand elsewhere now are moved there: a run of their own per stream.
Result<void> move_events(RecordContext& context, const std::vector<StoredAccount>& moved) {
  if (moved.empty()) return {};
  for (const RecordNames::Stream& stream : context.names.streams()) {
    PendingEvents events;
    const auto write = [&] {
      if (events.number.empty()) return;
      std::vector<std::uint32_t> rows(events.number.size());
      for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
      const std::int64_t run = context.runs.new_run(stream.number);
      const std::uint64_t written = write_rows(context.runs, run, context.accounts, events, rows,
                                               [](std::uint32_t, std::size_t) {});
      context.runs.set_counts(run, written, 0);
      events.clear();
    };
    const auto taken = [&](const EventBlock& block, const EventChunk& chunk) -> Result<void> {
      const std::size_t before = events.number.size();
      events.events.append(block.events, RowRange{chunk.first, chunk.count});
      events.number.resize(before + chunk.count, chunk.number);
      if (chunk.part != 0) events.part.present(before);
      events.part.resize(before + chunk.count);
      if (chunk.part != 0) {
        std::fill_n(events.part.present(before + chunk.count) + before, chunk.count, chunk.part);
      }
      if (events.bytes() > kMovedBytesMax) write();
      return {};
    };
    const auto done =
        take_accounts(context.runs, context.runs.of_stream(stream.number), moved, taken);
    if (!done) return done.error();
    write();
  }
  return {};
}

void write_cursors(RecordContext& context, const RecordGroup& group) {
  SQLite::Database& sql = raw(context.database);
  SQLite::Statement cursor(sql,
                           "INSERT OR REPLACE INTO cursors (stream, part, bytes) VALUES (?, ?, ?)");
  for (const auto& [key, value] : group.cursors) {
    cursor.bind(1, key.first);
    cursor.bind(2, key.second);
    bind_blob(cursor, 3, value.bytes);
    cursor.exec();
    cursor.reset();
  }
  for (const auto& [stream, hashes] : group.named_in_full) {
    add_names(sql, stream, CensusKind::full, hashes);
  }
}

Result<PageCounts> write_group(RecordContext& context, RecordGroup& group) {
  SQLite::Database& sql = raw(context.database);
  PageCounts counts = group.counts;
  const std::int64_t mark = current_mark(sql) + 1;
  context.account_writer.begin(mark);
  for (const PendingPage& page : group.pages) {
    const auto applied = apply_page(context, page);
    if (!applied) return in_context("store page", applied.error());
    counts += *applied;
  }
  if (auto settled = settle_accounts(context); !settled) return settled.error();
  context.names.save(sql);
  context.products.save(sql);
  for (auto& [stream, pending] : group.events) {
    const bool keyed = context.names.streams()[stream - 1].keyed;
    const auto committed = commit_events(context.runs, context.accounts, stream, keyed, pending);
    if (!committed) return committed.error();
    counts += *committed;
  }
  for (const RecordNames::Stream& stream : context.names.streams()) {
    // A sweep tells what was known before it by the age of runs.
    if (open_census(sql, stream.number, CensusKind::sweep)) continue;
    if (auto folded =
            fold_runs(context.runs, context.accounts, stream.number, context.settings.runs_max);
        !folded) {
      return folded.error();
    }
  }
  write_cursors(context, group);
  write_mark(context, mark);
  return counts;
}

}  // namespace

RecordContext::RecordContext(Database& opened, RecordsSettings given)
    : database(opened),
      settings(std::move(given)),
      runs(raw(opened)),
      account_rows(raw(opened)),
      account_writer(account_rows, accounts, names) {}

bool RecordGroup::empty() const {
  return events.empty() && pages.empty() && cursors.empty() && named_in_full.empty();
}

std::size_t RecordGroup::bytes() {
  std::size_t sum = page_bytes;
  for (auto& [stream, pending] : events) sum += pending.bytes();
  return sum;
}

void RecordGroup::clear() {
  events.clear();
  pages.clear();
  cursors.clear();
  named_in_full.clear();
  counts = {};
  event_count = 0;
  page_bytes = 0;
}

Result<void> settle_accounts(RecordContext& context) {
  context.account_writer.insert_unknown();
  const auto moved =
      context.roots.settle(raw(context.database), context.account_rows, context.accounts,
                           context.names, context.account_writer.structure_changed());
  if (!moved) return moved.error();
  return move_events(context, *moved);
}

std::int64_t current_mark(SQLite::Database& sql) {
  return sql.execAndGet("SELECT mark FROM record_state").getInt64();
}

void write_mark(RecordContext& context, std::int64_t mark) {
  SQLite::Statement state(raw(context.database),
                          "UPDATE record_state SET mark = ?, next_number = ?");
  state.bind(1, mark);
  state.bind(2, context.accounts.next_number());
  state.exec();
}

Result<PageCounts> commit_group(RecordContext& context, RecordGroup& group) {
  auto transaction = Transaction::begin(context.database, "records", Durability::full);
  if (!transaction) return transaction.error();
  const auto counts = guarded("store records", [&] { return write_group(context, group); });
  if (!counts) return counts.error();
  if (counts->is_news()) {
    if (auto fell = Rounds(context.database).fall(*transaction); !fell) return fell.error();
  }
  if (auto committed = transaction->commit(); !committed) return committed.error();
  context.accounts.rows_written();
  return *counts;
}

}  // namespace upselld::store
