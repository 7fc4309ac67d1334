// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"
#include "store/outbox.h"
#include "store/outbox_rows.h"

namespace upselld::store {
namespace {

constexpr const char* kMarkSending =
    "UPDATE outbox SET state = 1, attempt = attempt + 1, sent_at_ms = ?1, batch = ?2,"
    " deferred_until_ms = NULL WHERE id = ?3"
    " AND (state = 0 OR (state = 5 AND deferred_until_ms <= ?1))";
constexpr const char* kForReceipt = "SELECT state, receipt, cause FROM outbox WHERE id = ?";
constexpr const char* kRecord =
    "UPDATE outbox SET state = ?1, receipt = ?2, cause = ?3, settled_at_ms = ?4,"
    " deferred_until_ms = ?5, doubted_at_ms = iif(?1 = 2, sent_at_ms, doubted_at_ms)"
    " WHERE id = ?6";

DeliveryState state_after(Receipt::Outcome outcome) {
  switch (outcome) {
    case Receipt::Outcome::accepted:
    case Receipt::Outcome::already_there:
      return DeliveryState::done;
    case Receipt::Outcome::rejected:
      return DeliveryState::rejected;
    case Receipt::Outcome::deferred:
      return DeliveryState::deferred;
    case Receipt::Outcome::unknown:
      return DeliveryState::unknown;
  }
  return DeliveryState::unknown;
}

// Whether the answer says something new about its delivery.
bool is_news(Statements& statements, const Answer& answer, const std::string& receipt) {
  auto query = statements.use(kForReceipt);
  query->bind(1, answer.id);
  if (!query->executeStep()) return false;
  const auto state = static_cast<DeliveryState>(query->getColumn(0).getInt());
  if (is_final(state)) return false;
  return state != state_after(answer.receipt.outcome) || text_at(*query, 1) != receipt ||
         text_at(*query, 2) != answer.cause;
}

void store_answer(Statements& statements, const Answer& answer, const std::string& receipt,
                  Instant now) {
  const DeliveryState state = state_after(answer.receipt.outcome);
  auto update = statements.use(kRecord);
  update->bind(1, number_of(state));
  update->bindNoCopy(2, receipt);
  update->bindNoCopy(3, answer.cause);
  update->bind(4, now.ms);
  if (state == DeliveryState::deferred) {
    // A CRM that does not say until when may be asked again at once.
    update->bind(5, answer.receipt.until.is_missing() ? now.ms : answer.receipt.until.ms);
  }
  update->bind(6, answer.id);
  update->exec();
}

DeliveryBatch read_batch_of(SQLite::Database& sql, DeliveryId first) {
  SQLite::Statement query(sql, "SELECT connection, kind FROM outbox WHERE id = ?");
  query.bind(1, first);
  DeliveryBatch batch;
  if (!query.executeStep()) return batch;
  batch.connection = text_at(query, 0);
  batch.kind = static_cast<DeliveryKind>(query.getColumn(1).getInt());
  return batch;
}

std::int64_t insert_batch(SQLite::Database& sql, const DeliveryBatch& batch) {
  const std::string ids = packed_ids(batch.deliveries);
  SQLite::Statement add(sql,
                        "INSERT INTO outbox_batches (connection, kind, deliveries, continuation)"
                        " VALUES (?, ?, ?, x'')");
  add.bind(1, batch.connection);
  add.bind(2, number_of(batch.kind));
  bind_blob(add, 3, ids);
  add.exec();
  return sql.getLastInsertRowid();
}

}  // namespace

Result<DeliveryBatch> Outbox::mark_sending(std::span<const DeliveryId> deliveries, Instant now) {
  UPSELLD_ASSERT(!deliveries.empty());
  Result<Transaction> transaction =
      Transaction::begin(database_, "outbox_sending", Durability::full);
  if (!transaction) return in_context("store: mark as sending", transaction.error());
  Result<DeliveryBatch> batch = guarded("store: mark as sending", [&]() -> Result<DeliveryBatch> {
    DeliveryBatch made = read_batch_of(raw(database_), deliveries.front());
    made.deliveries.assign(deliveries.begin(), deliveries.end());
    made.id = insert_batch(raw(database_), made);
    for (const DeliveryId id : deliveries) {
      auto mark = statements_->use(kMarkSending);
      mark->bind(1, now.ms);
      mark->bind(2, made.id);
      mark->bind(3, id);
      if (mark->exec() == 1) continue;
      return Error{ErrorKind::not_found,
                   "store: mark as sending: delivery " + std::to_string(id) + " is not due",
                   {}};
    }
    return made;
  });
  if (!batch) return batch;
  if (const Result<void> committed = transaction->commit(); !committed) return committed.error();
  return batch;
}

Result<void> Outbox::checkpoint(std::int64_t batch, const Continuation& continuation) {
  Result<Transaction> transaction =
      Transaction::begin(database_, "outbox_checkpoint", Durability::full);
  if (!transaction) return in_context("store: checkpoint a batch", transaction.error());
  const Result<void> stored = guarded("store: checkpoint a batch", [&]() -> Result<void> {
    SQLite::Statement update(raw(database_),
                             "UPDATE outbox_batches SET continuation = ? WHERE id = ?");
    bind_blob(update, 1, continuation.bytes);
    update.bind(2, batch);
    if (update.exec() == 1) return {};
    return Error{ErrorKind::not_found,
                 "store: checkpoint batch " + std::to_string(batch) + ": it is closed",
                 {}};
  });
  if (!stored) return stored;
  return transaction->commit();
}

Result<std::vector<DeliveryId>> Outbox::record(Transaction&, std::span<const Answer> answers,
                                               Instant now) {
  return guarded("store: record receipts", [&] {
    std::vector<DeliveryId> changed;
    for (const Answer& answer : answers) {
      const std::string receipt = receipt_to_json(answer.receipt);
      if (!is_news(*statements_, answer, receipt)) continue;
      store_answer(*statements_, answer, receipt, now);
      changed.push_back(answer.id);
    }
    return changed;
  });
}

Result<void> Outbox::close_batch(Transaction&, std::int64_t batch) {
  return guarded("store: close a batch", [&] {
    for (const char* sql :
         {"UPDATE outbox SET state = 2, doubted_at_ms = sent_at_ms WHERE batch = ? AND state = 1",
          "UPDATE outbox SET batch = NULL WHERE batch = ?",
          "DELETE FROM outbox_batches WHERE id = ?"}) {
      SQLite::Statement step(raw(database_), sql);
      step.bind(1, batch);
      step.exec();
    }
  });
}

Result<std::uint64_t> Outbox::recover() {
  Result<Transaction> transaction =
      Transaction::begin(database_, "outbox_recover", Durability::full);
  if (!transaction) return in_context("store: recover the outbox", transaction.error());
  Result<std::uint64_t> unknown = guarded("store: recover the outbox", [&] {
    return static_cast<std::uint64_t>(raw(database_).exec(
        "UPDATE outbox INDEXED BY outbox_undelivered SET state = 2,"
        " doubted_at_ms = sent_at_ms WHERE state IN (0, 1, 2, 4, 5) AND state = 1"));
  });
  if (!unknown) return unknown;
  if (const Result<void> committed = transaction->commit(); !committed) return committed.error();
  return unknown;
}

Result<std::vector<DeliveryBatch>> Outbox::open_batches(const std::string& connection) const {
  using Batches = std::vector<DeliveryBatch>;
  return guarded("store: list open batches", [&]() -> Result<Batches> {
    SQLite::Statement query(raw(database_),
                            "SELECT id, kind, deliveries, continuation FROM outbox_batches"
                            " WHERE connection = ? ORDER BY id");
    query.bind(1, connection);
    Batches batches;
    while (query.executeStep()) {
      Result<std::vector<DeliveryId>> ids = unpacked_ids(text_at(query, 2));
      if (!ids) return in_context("store: list open batches", ids.error());
      batches.push_back({query.getColumn(0).getInt64(), connection,
                         static_cast<DeliveryKind>(query.getColumn(1).getInt()), std::move(*ids),
                         Continuation{text_at(query, 3)}});
    }
    return batches;
  });
}

}  // namespace upselld::store
