// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_census.h"
#include "store/record_group.h"
#include "store/records.h"
#include "store/sql.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upselld::store {

// The one implementation of Records: taking pages (records.cpp), sweeps, full pulls and erasing
// (records_removal.cpp).
class RecordsWriter : public Records {
 public:
  RecordsWriter(Database& database, RecordsSettings settings)
      : context_(database, std::move(settings)) {}

  void load() {
    SQLite::Database& sql = raw(context_.database);
    context_.names.load(sql);
    context_.products.load(sql);
    context_.accounts.load(sql);
    for (const std::uint32_t stream : open_censuses(sql, CensusKind::full)) full_[stream] = true;
  }

  Result<PageCounts> apply(const Feed& feed, Page&& page, Instant now) override;
  Result<PageCounts> flush() override;
  Result<Cursor> cursor(const Feed& feed) override;
  Result<void> forget_cursor(const Feed& feed) override;
  Result<void> begin_full(const Feed& feed) override { return begin(feed, CensusKind::full); }
  Result<void> end_full(const Feed& feed) override;
  Result<void> begin_sweep(const Feed& feed) override { return begin(feed, CensusKind::sweep); }
  Result<void> apply_sweep(const Feed& feed, const Page& page) override;
  Result<Cursor> sweep_cursor(const Feed& feed) override;
  Result<Sweep> end_sweep(const Feed& feed, Instant now, const Believed& believed) override;
  Result<Instant> swept_at(const Feed& feed) override;
  Result<void> set_swept(const Feed& feed, Instant at) override;
  Result<void> erase_account(Transaction& transaction, std::uint32_t number) override;

 private:
  FeedPlace place_of(const Feed& feed);
  Result<std::vector<std::uint32_t>> resolve(const FeedPlace& place,
                                             const std::vector<std::string_view>& ids);
  Result<void> gather_page(const Feed& feed, const FeedPlace& place, Page&& page, Instant now);
  Result<PageCounts> apply_events(const FeedPlace& place, Page&& page, Instant now);
  Result<void> begin(const Feed& feed, CensusKind kind);
  // Runs `body` in a transaction, after what is gathered was committed.
  template <typename Body>
  Result<void> in_transaction(const char* doing, const Body& body) {
    auto flushed = flush();
    if (!flushed) return flushed.error();
    committed_ += *flushed;
    broken_ = true;  // until it is committed
    auto transaction = Transaction::begin(context_.database, "records", Durability::full);
    if (!transaction) return transaction.error();
    const Result<void> done = guarded(doing, [&]() -> Result<void> {
      context_.names.save(raw(context_.database));
      return body(*transaction);
    });
    if (!done) return done;
    const Result<void> committed = transaction->commit();
    broken_ = !committed;
    return committed;
  }
  // What an open sweep did not name.
  struct Unnamed {
    std::vector<std::uint32_t> accounts;
    std::vector<std::uint64_t> contacts;
    PendingEvents events;
    std::uint64_t known = 0;

    std::uint64_t count() const {
      return accounts.size() + contacts.size() + events.deletions.size();
    }
  };
  Result<Unnamed> unnamed(const FeedPlace& place, const Feed& feed, Instant now);
  Result<PageCounts> delete_unnamed(const FeedPlace& place, Unnamed& gone, Instant now);
  std::vector<std::uint32_t> unnamed_accounts(const FeedPlace& place, CensusKind kind,
                                              std::uint64_t* known);

  RecordContext context_;
  RecordGroup group_;
  PageCounts committed_;                // by a flush inside a call that gives no counts
  bool broken_ = false;                 // a commit failed: memory and database differ
  std::map<std::uint32_t, bool> full_;  // streams: is a full pull under way
};

}  // namespace upselld::store
