// SPDX-License-Identifier: Apache-2.0
#include "store/outbox_rows.h"

#include "core/digest.h"
#include "store/packed.h"

namespace upselld::store {

const char* const kOutboxColumns =
    "SELECT id, connection, kind, state, account, crm_id, decision, expected_value, task_key,"
    " payload, attempt, meant_at_ms, sent_at_ms, settled_at_ms, deferred_until_ms, receipt, cause,"
    " doubted_at_ms"
    " FROM outbox ";

Result<Delivery> read_delivery(SQLite::Statement& row) {
  Delivery delivery;
  delivery.id = row.getColumn(0).getInt64();
  delivery.account.connection = text_at(row, 1);
  const auto kind = static_cast<DeliveryKind>(row.getColumn(2).getInt());
  delivery.state = static_cast<DeliveryState>(row.getColumn(3).getInt());
  delivery.account.number = row.getColumn(4).getUInt();
  delivery.account.id = text_at(row, 5);
  delivery.decision = text_at(row, 6);
  delivery.expected_value = row.getColumn(7).getDouble();
  delivery.task_key = text_at(row, 8);
  delivery.attempt = row.getColumn(10).getInt();
  delivery.meant_at = instant_at(row, 11);
  delivery.sent_at = instant_at(row, 12);
  delivery.settled_at = instant_at(row, 13);
  delivery.deferred_until = instant_at(row, 14);
  delivery.cause = text_at(row, 16);
  delivery.doubted_at = instant_at(row, 17);

  Result<DeliveryPayload> payload = payload_from_json(kind, text_at(row, 9));
  if (!payload) return in_context("delivery " + std::to_string(delivery.id), payload.error());
  delivery.payload = std::move(*payload);
  if (row.isColumnNull(15)) return delivery;
  Result<Receipt> receipt = receipt_from_json(text_at(row, 15));
  if (!receipt) return in_context("delivery " + std::to_string(delivery.id), receipt.error());
  delivery.receipt = std::move(*receipt);
  return delivery;
}

Result<std::vector<Delivery>> read_deliveries(SQLite::Statement& query) {
  std::vector<Delivery> deliveries;
  while (query.executeStep()) {
    Result<Delivery> delivery = read_delivery(query);
    if (!delivery) return delivery.error();
    deliveries.push_back(std::move(*delivery));
  }
  return deliveries;
}

std::string packed_ids(std::span<const DeliveryId> ids) {
  PackedWriter out;
  for (const DeliveryId id : ids) out.integer(id);
  return out.take();
}

Result<std::vector<DeliveryId>> unpacked_ids(const std::string& bytes) {
  PackedReader in(bytes);
  std::vector<DeliveryId> ids;
  while (in.ok() && !in.at_end()) ids.push_back(in.integer());
  if (in.ok()) return ids;
  return Error{ErrorKind::corrupt, "a stored batch is damaged; restore a backup", {}};
}

std::string task_key_hash(const std::string& salt, const std::string& key) {
  const Sha256Digest digest = hmac_sha256(salt, key);
  return std::string(digest.begin(), digest.end());
}

}  // namespace upselld::store
