// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "store/outbox.h"
#include "store/outbox_rows.h"

namespace upselld::store {
namespace {

// Withdrawals wait until it is known whether their task exists. One that is still to be sent may
// stand in a store of a former version.
constexpr const char* kDueTail =
    " AND NOT (kind = 2 AND EXISTS (SELECT 1 FROM outbox AS task WHERE task.kind = 1"
    " AND task.task_key = outbox.task_key AND task.task_key <> '' AND task.state IN (0, 1, 2, 5)))"
    " ORDER BY expected_value DESC, id LIMIT :count_max";

struct DueQuery {
  const std::string& connection;
  DeliveryKind kind;
  Instant now;
  std::size_t count_max;
  const std::string& decision;  // empty: any
};

// One state at a time: each is a walk along the index that ends at the limit, where both together
// would sort everything that is due.
Result<std::vector<Delivery>> due_in(Database& database, const DueQuery& due, DeliveryState state) {
  // The index needs its own condition literally.
  std::string sql = std::string(kOutboxColumns) +
                    "INDEXED BY outbox_undelivered WHERE state IN (0, 1, 2, 4, 5)"
                    " AND connection = :connection AND kind = :kind AND state = " +
                    std::to_string(number_of(state));
  if (state == DeliveryState::deferred) sql += " AND deferred_until_ms <= :now";
  if (!due.decision.empty()) sql += " AND decision = :decision";
  SQLite::Statement query(raw(database), sql + kDueTail);
  query.bind(":connection", due.connection);
  query.bind(":kind", number_of(due.kind));
  if (state == DeliveryState::deferred) query.bind(":now", due.now.ms);
  if (!due.decision.empty()) query.bind(":decision", due.decision);
  query.bind(":count_max", static_cast<std::int64_t>(due.count_max));
  return read_deliveries(query);
}

// Whether the row still waits for something: those of the index of undelivered rows.
bool is_open(DeliveryState state) {
  switch (state) {
    case DeliveryState::meant:
    case DeliveryState::sending:
    case DeliveryState::unknown:
    case DeliveryState::rejected:
    case DeliveryState::deferred:
      return true;
    case DeliveryState::done:
    case DeliveryState::superseded:
    case DeliveryState::cancelled:
      return false;
  }
  UPSELLD_ASSERT(false);
  return false;
}

// The index that finds them, with its own condition literally, so that it can be used.
const char* source_of(const OutboxFilter& filter) {
  if (!filter.state || filter.account != 0 || !is_open(*filter.state)) return "WHERE 1";
  if (*filter.state == DeliveryState::rejected) return "INDEXED BY outbox_rejected WHERE state = 4";
  return "INDEXED BY outbox_undelivered WHERE state IN (0, 1, 2, 4, 5)";
}

}  // namespace

Result<std::vector<Delivery>> Outbox::take_due(const std::string& connection, DeliveryKind kind,
                                               Instant now, std::size_t count_max,
                                               const std::string& decision) const {
  using Deliveries = std::vector<Delivery>;
  return guarded("store: find due deliveries", [&]() -> Result<Deliveries> {
    const DueQuery due{connection, kind, now, count_max, decision};
    Result<Deliveries> meant = due_in(database_, due, DeliveryState::meant);
    if (!meant) return meant;
    Result<Deliveries> deferred = due_in(database_, due, DeliveryState::deferred);
    if (!deferred || deferred->empty()) return deferred ? std::move(meant) : std::move(deferred);
    meant->insert(meant->end(), std::make_move_iterator(deferred->begin()),
                  std::make_move_iterator(deferred->end()));
    std::sort(meant->begin(), meant->end(), [](const Delivery& a, const Delivery& b) {
      if (a.expected_value != b.expected_value) return a.expected_value > b.expected_value;
      return a.id < b.id;
    });
    if (meant->size() > count_max) meant->resize(count_max);
    return meant;
  });
}

Result<std::optional<Delivery>> Outbox::find(DeliveryId delivery) const {
  using Found = std::optional<Delivery>;
  return guarded("store: find a delivery", [&]() -> Result<Found> {
    SQLite::Statement query(raw(database_), std::string(kOutboxColumns) + "WHERE id = ?");
    query.bind(1, delivery);
    if (!query.executeStep()) return Found();
    Result<Delivery> found = read_delivery(query);
    if (!found) return found.error();
    return Found(std::move(*found));
  });
}

Result<std::vector<Delivery>> Outbox::list(const OutboxFilter& filter) const {
  return guarded("store: list deliveries", [&] {
    std::string sql = std::string(kOutboxColumns) + source_of(filter);
    if (!filter.connection.empty()) sql += " AND connection = :connection";
    if (filter.kind) sql += " AND kind = :kind";
    if (filter.state) sql += " AND state = " + std::to_string(number_of(*filter.state));
    if (filter.account != 0) sql += " AND account = :account";
    sql += filter.newest_first ? " ORDER BY id DESC" : " ORDER BY id";
    SQLite::Statement query(raw(database_), sql + " LIMIT :count_max");
    if (!filter.connection.empty()) query.bind(":connection", filter.connection);
    if (filter.kind) query.bind(":kind", number_of(*filter.kind));
    if (filter.account != 0) query.bind(":account", filter.account);
    query.bind(":count_max", static_cast<std::int64_t>(filter.count_max));
    return read_deliveries(query);
  });
}

// A decision's id begins with its run: "RUN/number".
Result<std::vector<Delivery>> Outbox::undelivered_of(const std::string& run) const {
  return guarded("store: list what a run did not deliver", [&] {
    SQLite::Statement query(raw(database_),
                            std::string(kOutboxColumns) +
                                "INDEXED BY outbox_undelivered WHERE state IN (0, 1, 2, 4, 5)"
                                " AND (decision = :run OR substr(decision, 1, length(:run) + 1)"
                                " = :run || '/') ORDER BY id");
    query.bind(":run", run);
    return read_deliveries(query);
  });
}

Result<std::uint64_t> Outbox::count_rejected() const {
  return guarded("store: count rejected deliveries", [&] {
    SQLite::Statement query(
        raw(database_), "SELECT count(*) FROM outbox INDEXED BY outbox_rejected WHERE state = 4");
    query.executeStep();
    return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
  });
}

Result<std::vector<Delivery>> Outbox::newest_tasks(std::size_t count_max) const {
  return guarded("store: list tasks", [&] {
    SQLite::Statement query(raw(database_), std::string(kOutboxColumns) +
                                                "INDEXED BY outbox_tasks WHERE task_key <> ''"
                                                " ORDER BY id DESC LIMIT :count_max");
    query.bind(":count_max", static_cast<std::int64_t>(count_max));
    return read_deliveries(query);
  });
}

// Those that are open are few, and the settled ones are counted already.
Result<OutboxCounts> Outbox::counts(const std::string& connection) const {
  return guarded("store: count deliveries", [&] {
    SQLite::Statement query(
        raw(database_),
        "SELECT kind, state, count(*) FROM outbox INDEXED BY outbox_undelivered"
        " WHERE state IN (0, 1, 2, 4, 5) AND (?1 = '' OR connection = ?1) GROUP BY kind, state"
        " UNION ALL SELECT kind, state, sum(count) FROM outbox_settled"
        " WHERE count > 0 AND (?1 = '' OR connection = ?1) GROUP BY kind, state");
    query.bind(1, connection);
    OutboxCounts counts;
    while (query.executeStep()) {
      const auto kind = static_cast<DeliveryKind>(query.getColumn(0).getInt());
      const auto state = static_cast<DeliveryState>(query.getColumn(1).getInt());
      counts.rows[kind][state] = static_cast<std::uint64_t>(query.getColumn(2).getInt64());
    }
    return counts;
  });
}

}  // namespace upselld::store
