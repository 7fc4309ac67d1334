// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of the outbox: included by its .cpp files only.

#include <span>
#include <string>
#include <vector>

#include "store/delivery_row.h"
#include "store/statements.h"

namespace upselld::store {

// "SELECT ... FROM outbox ", in the order that read_delivery wants.
extern const char* const kOutboxColumns;

// A damaged payload or receipt is corrupt.
Result<Delivery> read_delivery(SQLite::Statement& row);
Result<std::vector<Delivery>> read_deliveries(SQLite::Statement& query);

std::string packed_ids(std::span<const DeliveryId> ids);
Result<std::vector<DeliveryId>> unpacked_ids(const std::string& bytes);

// How task keys stand in the table of used keys.
inline constexpr const char* kTaskKeySalt = "task_keys";
std::string task_key_hash(const std::string& salt, const std::string& key);

inline int number_of(DeliveryKind kind) {
  return static_cast<int>(kind);
}
inline int number_of(DeliveryState state) {
  return static_cast<int>(state);
}

// Nothing comes after these.
inline bool is_final(DeliveryState state) {
  return state == DeliveryState::done || state == DeliveryState::superseded ||
         state == DeliveryState::cancelled;
}

}  // namespace upselld::store
