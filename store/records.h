// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/page.h"
#include "core/records.h"
#include "core/result.h"

namespace upselld::store {

class Database;
class Transaction;

// How a feed that brings no accounts of its own finds them: its `account` values are values of that
// attribute of that connection's accounts. A value that two live accounts share finds neither.
struct Join {
  std::string connection;
  std::string attribute;
  bool operator==(const Join&) const = default;
};

// Where pages come from. Identity of keyed records is (connection, stream, id); of positional rows
// (connection, stream, part, row).
struct Feed {
  std::string connection;
  std::string stream;
  std::string part;
  RecordKind kind = RecordKind::activity;
  bool keyed = true;
  std::optional<Join> join;
};

struct ConnectionAttributes {
  std::string connection;
  std::vector<AttributeSpec> attributes;  // the table that the connector was created with
};

// Tells which account ids were forgotten and must not come back; same order as given. `space` is
// the connection, or where a feed joins that of the values (see account_group.h). Asked once for
// each id that the store does not know.
using ForgottenCheck = std::function<Result<std::vector<bool>>(
    const std::string& space, const std::vector<std::string>& account_ids)>;

struct RecordsSettings {
  std::size_t memory_bytes = std::size_t{256} << 20;  // of the whole store; bounds what is buffered
  std::uint64_t group_events_max = 2'000'000;         // a commit at the latest then
  std::uint32_t runs_max = 8;                         // of a stream; more are folded
  std::vector<ConnectionAttributes> attributes;
  ForgottenCheck forgotten;  // empty: nothing was forgotten
};

// What became of records. Filled in when they are committed: see Records::apply.
struct PageCounts {
  std::uint64_t new_records = 0;
  std::uint64_t changed = 0;
  std::uint64_t unchanged = 0;  // an equal or older version, or the same content
  std::uint64_t deleted = 0;    // also rows of a part that was replaced
  std::uint64_t merged = 0;
  std::uint64_t waiting = 0;          // of the new and changed: their account is not known yet
  std::uint64_t without_account = 0;  // not kept
  std::uint64_t forgotten = 0;        // of accounts that were forgotten: not kept
  // Whether anything is other than it was before.
  bool is_news() const { return new_records + changed + deleted + merged > 0; }
  PageCounts& operator+=(const PageCounts& other);
};

// What of a feed may be missing from a sweep: so many, or that share of what is known. More is no
// deletion but a list that was cut short, or a token that may no longer see all.
struct Believed {
  std::uint64_t lost_max = 0;
  double share_max = 1;
};
// A sweep that ended. Where it is not believed, nothing was deleted.
struct Sweep {
  PageCounts counts;
  std::uint64_t known = 0;  // live, and known before it began
  std::uint64_t lost = 0;   // of these, not named
  bool is_believed = true;
};

// The writer of all that connectors bring: accounts, events, contacts, products, reps and cursors.
// Pages are gathered and committed in groups; a page's cursor is committed with its page. After an
// error the object takes nothing more: open a new one, which goes on from the last commit. One
// writer at a time, used by one thread; the database outlives it.
class Records {
 public:
  // corrupt: what is stored cannot be read.
  static Result<std::unique_ptr<Records>> open(Database& database, RecordsSettings settings);
  virtual ~Records() = default;

  // Takes a page. `now` is when it was pulled: known_at of attribute values seen first or changed,
  // and the moment of deletions without one. The counts are those of everything that this call
  // committed (often nothing): the sum over all calls and the last flush is the whole.
  virtual Result<PageCounts> apply(const Feed& feed, Page&& page, Instant now) = 0;
  // Commits what is gathered. Nothing gathered is not an error.
  virtual Result<PageCounts> flush() = 0;

  // The last committed place; empty: from the beginning.
  virtual Result<Cursor> cursor(const Feed& feed) = 0;
  // The next pull begins from nothing. What is stored stays: keyed records are then met again, a
  // positional part is replaced by its first page. Ends an open full pull or sweep of the feed.
  virtual Result<void> forget_cursor(const Feed& feed) = 0;

  // Full pulls of accounts, from begin to end over any number of pages and processes. Beginning one
  // that is open goes on with it, and so does a later process without beginning it. Pages go
  // through apply(). What it did not show is lost (store/brakes.h): absence alone deletes nothing.
  // Ending none that is open changes nothing.
  virtual Result<void> begin_full(const Feed& feed) = 0;
  virtual Result<void> end_full(const Feed& feed) = 0;

  // Sweeps of keyed feeds: what was known when the sweep began and was not named is deleted at its
  // end, or if that is not believed, lost. Pages with names and a cursor of their own, which is
  // empty when no sweep is open.
  virtual Result<void> begin_sweep(const Feed& feed) = 0;
  virtual Result<void> apply_sweep(const Feed& feed, const Page& page) = 0;
  virtual Result<Cursor> sweep_cursor(const Feed& feed) = 0;
  virtual Result<Sweep> end_sweep(const Feed& feed, Instant now, const Believed& believed) = 0;
  // When the last sweep of the feed ended, believed or not; missing: none did, nor was it set.
  virtual Result<Instant> swept_at(const Feed& feed) = 0;
  virtual Result<void> set_swept(const Feed& feed, Instant at) = 0;

  // Removes an account and all that belongs to it or was merged into it, inside the caller's
  // transaction; nothing may be gathered then (flush first). If the transaction is not committed,
  // open a new Records. not_found when there is no such account.
  virtual Result<void> erase_account(Transaction& transaction, std::uint32_t number) = 0;
};

}  // namespace upselld::store
