// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/delivery_row.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

struct AddedDelivery {
  std::optional<DeliveryId> id;        // nothing: the task key was used before, or see `cancelled`
  std::vector<DeliveryId> superseded;  // older ones that will now never be sent: audit each
  std::vector<DeliveryId> cancelled;   // a withdrawal met its task before that was ever sent
};

// Items that were given to a connector together, in that order.
struct DeliveryBatch {
  std::int64_t id = 0;
  std::string connection;
  DeliveryKind kind = DeliveryKind::fields;
  std::vector<DeliveryId> deliveries;
  Continuation continuation;  // the connector's last checkpoint; empty: none
};

struct Answer {
  DeliveryId id = 0;
  Receipt receipt;
  std::string cause;  // of a rejection: what it depended on, besides the account
};

struct KeyedTask {
  DeliveryId id = 0;
  DeliveryState state = DeliveryState::meant;
  std::string connection;
  Instant doubted_at = Instant::missing();  // see Delivery
  bool is_surely_unsent() const { return is_waiting(state) && doubted_at.is_missing(); }
};

struct OutboxFilter {
  std::string connection = {};  // empty: any
  std::optional<DeliveryKind> kind = {};
  std::optional<DeliveryState> state = {};
  std::uint32_t account = 0;  // 0: any
  std::size_t count_max = 1000;
  bool newest_first = false;
};

struct OutboxCounts {
  std::map<DeliveryKind, std::map<DeliveryState, std::uint64_t>> rows;
  std::uint64_t of(DeliveryKind kind, DeliveryState state) const;
};

// Deliveries that were decided, and what each CRM said about them. A task key is made once, for
// ever. Used by one thread; reading works from any connection. What takes a Transaction belongs to
// the caller's (durability full); the others commit durably by themselves before they return.
class Outbox {
 public:
  // `database` outlives the object.
  explicit Outbox(Database& database);
  ~Outbox();

  // An undelivered one of the same account and kind (of the same key for withdrawals) is
  // superseded, except one that is being sent, or a task that may stand. A task whose key was used
  // before is not added: that is no error. A withdrawal ends the sending of its task: one that
  // surely does not stand is cancelled in its stead, one that may is only looked for.
  Result<AddedDelivery> add(Transaction& transaction, const NewDelivery& delivery, Instant now);

  // At most `count_max` that may be sent now, of greatest expected value first, then oldest first;
  // of one decision where it is not empty. None is not an error. Not among them: unknown ones,
  // rejected ones, withdrawals of tasks of which it is not known whether they stand.
  Result<std::vector<Delivery>> take_due(const std::string& connection, DeliveryKind kind,
                                         Instant now, std::size_t count_max,
                                         const std::string& decision = {}) const;

  // Durable before it returns: called before the first byte leaves. All must be due.
  Result<DeliveryBatch> mark_sending(std::span<const DeliveryId> deliveries, Instant now);
  Result<void> checkpoint(std::int64_t batch, const Continuation& continuation);
  // Stores what the CRM said; returns the ids that this changed, in the order given. Recording the
  // same answer twice changes nothing; an answer about something done, superseded or cancelled is
  // ignored. Allowed from every other state (a value found in place needs no sending).
  Result<std::vector<DeliveryId>> record(Transaction& transaction, std::span<const Answer> answers,
                                         Instant now);
  // The batch needs no continuation any more. Its unanswered items become unknown.
  Result<void> close_batch(Transaction& transaction, std::int64_t batch);

  // On start, before anything is sent: what was being sent is unknown now. Returns how many.
  Result<std::uint64_t> recover();
  // Batches that were not closed, oldest first: go on from their continuation.
  Result<std::vector<DeliveryBatch>> open_batches(const std::string& connection) const;
  // Unknown ones of which was learnt that they never arrived: due again.
  Result<void> send_again(Transaction& transaction, std::span<const DeliveryId> deliveries);
  // A task that shall not be sent again but may stand: unknown from now on, if it was waiting.
  Result<void> only_look_for(Transaction& transaction, DeliveryId delivery);

  // Makes rejected ones due again. `connection` empty: all.
  Result<std::uint64_t> retry(Transaction& transaction, const std::string& connection);
  // The same for those of a connection whose cause is another one now, or whose account's record
  // changed in the CRM after the refusal; but for tasks that may stand.
  Result<std::uint64_t> retry_changed(Transaction& transaction, const std::string& connection,
                                      const std::string& cause);
  // Undelivered ones that shall not be sent any more, and surely do not stand; unknown ones and
  // others are left as they are. Returns those that changed.
  Result<std::vector<DeliveryId>> cancel(Transaction& transaction,
                                         std::span<const DeliveryId> deliveries, Instant now);

  Result<std::optional<Delivery>> find(DeliveryId delivery) const;
  Result<std::vector<Delivery>> list(const OutboxFilter& filter) const;  // by id
  // What the decisions of a run still have to bring, or may have brought unanswered; by id.
  Result<std::vector<Delivery>> undelivered_of(const std::string& run) const;
  Result<std::uint64_t> count_rejected() const;  // of all connections
  // The newest tasks and withdrawals of all connections, newest first.
  Result<std::vector<Delivery>> newest_tasks(std::size_t count_max) const;
  // The task of that key without its text: cheap enough to ask for each open task of a sync.
  Result<std::optional<KeyedTask>> task_of(const std::string& task_key) const;
  // Whether a withdrawal of that task is on its way, or has been.
  Result<bool> is_withdrawn(const std::string& task_key) const;
  Result<OutboxCounts> counts(const std::string& connection) const;  // empty: all
  Result<bool> is_key_used(const std::string& task_key) const;

  // Deletes rows that were settled before that, but never an account's newest of a kind, and no
  // used key. Looks at that many rows at most, after `place`, which it moves on.
  Result<Pruned> prune(Transaction& transaction, Instant before, std::size_t rows_max,
                       OutboxPlace& place);
  // Removes all rows of an account. Its task keys stay used.
  Result<void> remove(Transaction& transaction, std::uint32_t account);

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
