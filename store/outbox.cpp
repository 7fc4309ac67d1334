// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"

#include "store/ledger_salt.h"
#include "store/outbox_rows.h"

namespace upselld::store {
namespace {

constexpr const char* kUseKey =
    "INSERT INTO task_keys_used (key_hash) VALUES (?) ON CONFLICT DO NOTHING";
constexpr const char* kFindKey = "SELECT 1 FROM task_keys_used WHERE key_hash = ?";
constexpr const char* kSameKind =
    "SELECT id, state, task_key, doubted_at_ms FROM outbox WHERE account = ? AND kind = ?"
    " AND connection = ? AND state IN (0, 1, 2, 4, 5) ORDER BY id";
constexpr const char* kTaskState =
    "SELECT id, state, connection, doubted_at_ms FROM outbox WHERE task_key = ?"
    " AND task_key <> '' AND kind = ?";
constexpr const char* kIsWithdrawn =
    "SELECT 1 FROM outbox WHERE task_key = ? AND task_key <> '' AND kind = 2"
    " AND state NOT IN (6, 7)";
constexpr const char* kAdd =
    "INSERT INTO outbox (connection, kind, state, account, crm_id, decision, expected_value,"
    " task_key, payload, attempt, meant_at_ms, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '')";
constexpr const char* kSettle = "UPDATE outbox SET state = ?, settled_at_ms = ? WHERE id = ?";
constexpr const char* kOnlyLookFor =
    "UPDATE outbox SET state = 2, deferred_until_ms = NULL WHERE id = ? AND state IN (0, 4, 5)";
constexpr const char* kState = "SELECT state FROM outbox WHERE id = ?";
constexpr const char* kDueAgain =
    "UPDATE outbox SET state = 0, deferred_until_ms = NULL WHERE id = ? AND state = ?";

std::string task_key_of(const DeliveryPayload& payload) {
  if (const auto* task = std::get_if<TaskDraft>(&payload)) return task->key;
  if (const auto* withdrawal = std::get_if<TaskWithdrawal>(&payload)) return withdrawal->key;
  return {};
}

// Whether a newer row may take this one's place. A task that may stand in the CRM must be looked
// for first; field values are simply written over.
bool can_be_superseded(DeliveryKind kind, DeliveryState state, bool is_doubted) {
  if (kind == DeliveryKind::task) return is_waiting(state) && !is_doubted;
  return is_waiting(state) || state == DeliveryState::unknown;
}

void settle(Statements& statements, DeliveryId id, DeliveryState state, Instant now) {
  auto update = statements.use(kSettle);
  update->bind(1, number_of(state));
  update->bind(2, now.ms);
  update->bind(3, id);
  update->exec();
}

// True when the key is new.
bool use_key(Statements& statements, const std::string& key) {
  const std::string hash = task_key_hash(ledger_salt(statements, kTaskKeySalt), key);
  auto use = statements.use(kUseKey);
  bind_blob(*use, 1, hash);
  return use->exec() == 1;
}

std::vector<DeliveryId> superseded_by(Statements& statements, const NewDelivery& newer) {
  const DeliveryKind kind = kind_of(newer.payload);
  const std::string key = task_key_of(newer.payload);
  auto query = statements.use(kSameKind);
  query->bind(1, newer.account.number);
  query->bind(2, number_of(kind));
  query->bind(3, newer.account.connection);
  std::vector<DeliveryId> ids;
  while (query->executeStep()) {
    const auto state = static_cast<DeliveryState>(query->getColumn(1).getInt());
    if (kind == DeliveryKind::withdrawal && text_at(*query, 2) != key) continue;
    if (!can_be_superseded(kind, state, /*is_doubted=*/!query->isColumnNull(3))) continue;
    ids.push_back(query->getColumn(0).getInt64());
  }
  return ids;
}

void only_look_for(Statements& statements, DeliveryId id) {
  auto update = statements.use(kOnlyLookFor);
  update->bind(1, id);
  update->exec();
}

// Nobody wants the task of that key any more, so it is not sent again. Gives it when that is
// the end of it. One that an unanswered attempt may have made, though a look did not find it, for
// an index may be late, is looked for instead: there may be something to withdraw.
std::optional<DeliveryId> take_back_task(Statements& statements, const std::string& key,
                                         Instant now) {
  std::optional<DeliveryId> task;
  bool is_doubted = false;
  {
    auto query = statements.use(kTaskState);
    query->bind(1, key);
    query->bind(2, number_of(DeliveryKind::task));
    if (!query->executeStep()) return task;
    if (!is_waiting(static_cast<DeliveryState>(query->getColumn(1).getInt()))) return task;
    task = query->getColumn(0).getInt64();
    is_doubted = !query->isColumnNull(3);
  }
  if (!is_doubted) {
    settle(statements, *task, DeliveryState::cancelled, now);
    return task;
  }
  only_look_for(statements, *task);
  return std::nullopt;
}

DeliveryId insert(Statements& statements, SQLite::Database& sql, const NewDelivery& delivery,
                  Instant now) {
  auto add = statements.use(kAdd);
  add->bindNoCopy(1, delivery.account.connection);
  add->bind(2, number_of(kind_of(delivery.payload)));
  add->bind(3, number_of(DeliveryState::meant));
  add->bind(4, delivery.account.number);
  add->bindNoCopy(5, delivery.account.id);
  add->bindNoCopy(6, delivery.decision);
  add->bind(7, or_zero(delivery.expected_value));
  add->bind(8, task_key_of(delivery.payload));
  add->bind(9, payload_to_json(delivery.payload));
  add->bind(10, now.ms);
  add->exec();
  return sql.getLastInsertRowid();
}

std::optional<DeliveryState> state_of(Statements& statements, DeliveryId id) {
  auto query = statements.use(kState);
  query->bind(1, id);
  if (!query->executeStep()) return std::nullopt;
  return static_cast<DeliveryState>(query->getColumn(0).getInt());
}

bool make_due(Statements& statements, DeliveryId id, DeliveryState from) {
  auto update = statements.use(kDueAgain);
  update->bind(1, id);
  update->bind(2, number_of(from));
  return update->exec() == 1;
}

}  // namespace

Outbox::Outbox(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
Outbox::~Outbox() = default;

std::uint64_t OutboxCounts::of(DeliveryKind kind, DeliveryState state) const {
  const auto states = rows.find(kind);
  if (states == rows.end()) return 0;
  const auto count = states->second.find(state);
  return count == states->second.end() ? 0 : count->second;
}

Result<AddedDelivery> Outbox::add(Transaction&, const NewDelivery& delivery, Instant now) {
  return guarded("store: add a delivery", [&] {
    AddedDelivery added;
    const DeliveryKind kind = kind_of(delivery.payload);
    const std::string key = task_key_of(delivery.payload);
    UPSELLD_ASSERT(kind == DeliveryKind::fields || !key.empty());
    if (kind == DeliveryKind::task && !use_key(*statements_, key)) return added;
    if (kind == DeliveryKind::withdrawal) {
      if (const auto task = take_back_task(*statements_, key, now)) {
        added.cancelled.push_back(*task);
        return added;
      }
    }
    added.superseded = superseded_by(*statements_, delivery);
    for (const DeliveryId id : added.superseded) {
      settle(*statements_, id, DeliveryState::superseded, now);
    }
    added.id = insert(*statements_, raw(database_), delivery, now);
    return added;
  });
}

Result<void> Outbox::send_again(Transaction&, std::span<const DeliveryId> deliveries) {
  return guarded("store: send again", [&] {
    for (const DeliveryId id : deliveries) make_due(*statements_, id, DeliveryState::unknown);
  });
}

Result<void> Outbox::only_look_for(Transaction&, DeliveryId delivery) {
  return guarded("store: look for a delivery",
                 [&] { store::only_look_for(*statements_, delivery); });
}

Result<std::uint64_t> Outbox::retry(Transaction&, const std::string& connection) {
  return guarded("store: retry rejected deliveries", [&] {
    SQLite::Statement update(
        raw(database_),
        "UPDATE outbox INDEXED BY outbox_rejected SET state = 0 WHERE state = 4"
        " AND (?1 = '' OR connection = ?1)");
    update.bind(1, connection);
    return static_cast<std::uint64_t>(update.exec());
  });
}

Result<std::uint64_t> Outbox::retry_changed(Transaction&, const std::string& connection,
                                            const std::string& cause) {
  return guarded("store: retry rejected deliveries", [&] {
    SQLite::Statement update(
        raw(database_),
        "UPDATE outbox INDEXED BY outbox_rejected SET state = 0 WHERE state = 4"
        " AND connection = ?1 AND (kind = 0 OR doubted_at_ms IS NULL)"
        " AND (cause <> ?2 OR EXISTS (SELECT 1 FROM accounts"
        " WHERE accounts.number = outbox.account AND accounts.version > outbox.settled_at_ms))");
    update.bind(1, connection);
    update.bind(2, cause);
    return static_cast<std::uint64_t>(update.exec());
  });
}

Result<std::vector<DeliveryId>> Outbox::cancel(Transaction&, std::span<const DeliveryId> deliveries,
                                               Instant now) {
  return guarded("store: cancel deliveries", [&] {
    std::vector<DeliveryId> cancelled;
    for (const DeliveryId id : deliveries) {
      const std::optional<DeliveryState> state = state_of(*statements_, id);
      // What may have arrived is withdrawn, not cancelled.
      if (!state || !is_waiting(*state)) continue;
      settle(*statements_, id, DeliveryState::cancelled, now);
      cancelled.push_back(id);
    }
    return cancelled;
  });
}

Result<std::optional<KeyedTask>> Outbox::task_of(const std::string& task_key) const {
  using Found = std::optional<KeyedTask>;
  return guarded("store: find the task of a key", [&] {
    auto query = statements_->use(kTaskState);
    query->bindNoCopy(1, task_key);
    query->bind(2, number_of(DeliveryKind::task));
    if (!query->executeStep()) return Found();
    return Found({query->getColumn(0).getInt64(),
                  static_cast<DeliveryState>(query->getColumn(1).getInt()),
                  query->getColumn(2).getString(), instant_at(*query, 3)});
  });
}

Result<bool> Outbox::is_withdrawn(const std::string& task_key) const {
  return guarded("store: find the withdrawal of a task", [&] {
    auto query = statements_->use(kIsWithdrawn);
    query->bindNoCopy(1, task_key);
    return query->executeStep();
  });
}

Result<bool> Outbox::is_key_used(const std::string& task_key) const {
  return guarded("store: look up a task key", [&] {
    const std::optional<std::string> salt = find_ledger_salt(*statements_, kTaskKeySalt);
    if (!salt) return false;
    const std::string hash = task_key_hash(*salt, task_key);
    auto query = statements_->use(kFindKey);
    bind_blob(*query, 1, hash);
    return query->executeStep();
  });
}

Result<void> Outbox::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove deliveries", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM outbox WHERE account = ?");
    remove.bind(1, account);
    remove.exec();
  });
}

}  // namespace upselld::store
