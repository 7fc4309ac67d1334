// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/instant.h"
#include "store/audit_chain.h"
#include "store/outbox.h"

namespace upselld::store {

// What is older than these is dropped; missing: kept for ever.
struct RetentionLimits {
  Instant undo = Instant::missing();        // what runs wrote; at least as new as `runs`
  Instant runs = Instant::missing();        // how runs ended
  Instant deliveries = Instant::missing();  // settled ones, but for each account's newest
  std::optional<Day> scores = {};           // past scores, but for each account's newest then
  Instant models = Instant::missing();      // files of models that were never published
  Instant audit = Instant::missing();       // payloads about accounts
  Instant records = Instant::missing();     // orders, their lines and activities
};

struct Dropped {
  std::uint64_t undo_rows = 0, runs = 0, deliveries = 0, scores = 0, models = 0, audit_payloads = 0,
                records = 0;
  std::uint64_t all() const;
  // "12 runs, 3,400 deliveries"
  std::string text() const;
};

// Drops old rows of the ledger in many short transactions, each of them whole: it may be left off
// after any and begun anew later. The first that drops anything also appends an audit entry
// `dropped` with the limits, before any payload goes. Dropped rows are overwritten on disk.
class Retention {
 public:
  // `database` outlives the object; the caller has the right to write.
  Retention(Database& database, const RetentionLimits& limits, const std::string& run, Instant at);

  // One step. False: all that is old is gone.
  Result<bool> step();
  const Dropped& dropped() const { return dropped_; }

 private:
  enum class Stage { undo, runs, deliveries, scores, models, audit, records, end };
  Result<Pruned> prune(Transaction& transaction, std::uint64_t*& count);
  Result<void> begin();
  Result<void> tell(Transaction& transaction);
  bool is_wanted(Stage stage) const;

  Database& database_;
  const RetentionLimits limits_;
  const std::string run_;
  const Instant at_;
  AuditChain audit_;
  Stage stage_ = Stage::undo;
  bool has_begun_ = false;
  bool is_told_ = false;
  std::uint64_t payloads_through_ = 0;
  std::int64_t undo_place_ = 0, runs_place_ = 0;
  OutboxPlace outbox_place_;
  std::uint32_t scores_place_ = 0;
  std::uint64_t audit_place_ = 0;
  Dropped dropped_;
};

}  // namespace upselld::store
