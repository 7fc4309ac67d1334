// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "store/outbox.h"
#include "store/outbox_rows.h"

namespace upselld::store {
namespace {

// The condition of the index, literally, so that it can be used; it has all that is asked for.
constexpr const char* kSettled =
    "SELECT settled_at_ms, account, kind, state, id, EXISTS (SELECT 1 FROM outbox AS newer WHERE"
    " newer.account = old.account AND newer.kind = old.kind AND newer.id > old.id)"
    " FROM outbox AS old INDEXED BY outbox_by_settlement WHERE state IN (3, 6, 7)"
    " AND (settled_at_ms, account, kind, state, id) > (?, ?, ?, ?, ?) AND settled_at_ms < ?"
    " ORDER BY settled_at_ms, account, kind, state, id LIMIT ?";
// One that still stands in an open batch may be answered once more.
constexpr const char* kDrop = "DELETE FROM outbox WHERE id = ? AND batch IS NULL";

}  // namespace

Result<Pruned> Outbox::prune(Transaction&, Instant before, std::size_t rows_max,
                             OutboxPlace& place) {
  return guarded("store: prune the outbox", [&] {
    std::size_t looked = 0;
    std::vector<DeliveryId> old;
    {
      auto query = statements_->use(kSettled);
      query->bind(1, place.settled_at_ms);
      query->bind(2, place.account);
      query->bind(3, place.kind);
      query->bind(4, place.state);
      query->bind(5, place.id);
      query->bind(6, before.ms);
      query->bind(7, static_cast<std::int64_t>(rows_max));
      for (; query->executeStep(); ++looked) {
        place = {query->getColumn(0).getInt64(), query->getColumn(1).getUInt(),
                 query->getColumn(2).getInt(), query->getColumn(3).getInt(),
                 query->getColumn(4).getInt64()};
        if (query->getColumn(5).getInt() != 0) old.push_back(place.id);
      }
    }
    Pruned pruned{0, looked < rows_max};
    for (const DeliveryId id : old) {
      auto drop = statements_->use(kDrop);
      drop->bind(1, id);
      pruned.rows += static_cast<std::uint64_t>(drop->exec());
    }
    return pruned;
  });
}

}  // namespace upselld::store
