// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/account_directory.h"
#include "store/account_roots.h"
#include "store/account_rows.h"
#include "store/event_pending.h"
#include "store/event_runs.h"
#include "store/record_census.h"
#include "store/record_names.h"
#include "store/record_products.h"
#include "store/records.h"

namespace upselld::store {

// What a writer holds in memory of what is committed.
struct RecordContext {
  RecordContext(Database& opened, RecordsSettings given);

  Database& database;
  RecordsSettings settings;
  RecordNames names;
  RecordProducts products;
  AccountDirectory accounts;
  EventRuns runs;
  AccountRows account_rows;
  AccountWriter account_writer;
  AccountRoots roots;
};

// A feed in numbers.
struct FeedPlace {
  std::uint32_t stream = 0;
  std::uint16_t connection = 0;  // names
  std::uint64_t connection_key = 0;
  std::uint16_t account_space = 0;  // names: where its `account` values are ids
  std::uint64_t account_key = 0;
  std::uint16_t part = 0;  // names; 0: keyed
  const std::vector<AttributeSpec>* attributes = nullptr;
};

// A page of anything but events, kept as it came.
struct PendingPage {
  FeedPlace feed;
  Page page;
  // Accounts; 0: left out.
  std::vector<std::uint32_t> numbers;  // of its rows
  std::vector<std::uint32_t> deleted;  // of its deletions, if it holds accounts
  std::vector<std::uint32_t> merged;   // of its merges: loser, survivor, loser, survivor
  Instant now;
};

// Pages that are committed together.
struct RecordGroup {
  std::map<std::uint32_t, PendingEvents> events;  // by stream
  std::vector<PendingPage> pages;
  std::map<std::pair<std::uint32_t, std::string>, Cursor> cursors;    // by stream and part
  std::map<std::uint32_t, std::vector<std::uint64_t>> named_in_full;  // by stream
  PageCounts counts;                                                  // what is known already
  std::uint64_t event_count = 0;
  std::size_t page_bytes = 0;

  bool empty() const;
  std::size_t bytes();
  void clear();
};

// Writes a group as one transaction that survives a power cut. Gives its counts; the
// group is to be cleared after.
Result<PageCounts> commit_group(RecordContext& context, RecordGroup& group);

// Gives rows to accounts that were only named, and moves events of those that stand for others now;
// inside the caller's transaction.
Result<void> settle_accounts(RecordContext& context);

// Moves on the mark, a number that each commit raises; inside the caller's transaction.
void write_mark(RecordContext& context, std::int64_t mark);
std::int64_t current_mark(SQLite::Database& sql);

}  // namespace upselld::store
