// SPDX-License-Identifier: Apache-2.0
#include "store/audit_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/statements.h"

namespace upselld::store {
namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

void put_part(std::string& out, std::string_view part) {
  put_number(out, part.size());
  out += part;
}

}  // namespace

Sha256Digest chain_hash(const Sha256Digest& previous, const AuditHeader& header) {
  std::string bytes;
  bytes.reserve(192);
  bytes += view_of(previous);
  bytes += "upselld-audit-1";
  put_number(bytes, header.sequence);
  put_number(bytes, static_cast<std::uint64_t>(header.kind));
  put_number(bytes, static_cast<std::uint64_t>(header.at.ms));
  put_part(bytes, header.run);
  put_part(bytes, header.account_hash);
  bytes += view_of(header.payload_hash);
  return sha256(bytes);
}

std::string account_hash(std::string_view secret, const std::string& connection,
                         const std::string& account_id) {
  std::string bytes = "account";
  put_part(bytes, connection);
  put_part(bytes, account_id);
  return std::string(view_of(hmac_sha256(secret, bytes)));
}

Sha256Digest payload_hash(std::string_view secret, std::string_view payload) {
  return hmac_sha256(secret, payload);
}

AuditHeader read_header(SQLite::Statement& row) {
  AuditHeader header;
  header.sequence = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
  header.kind = static_cast<AuditKind>(row.getColumn(1).getInt());
  header.at.ms = row.getColumn(2).getInt64();
  header.run = text_at(row, 3);
  header.account_hash = text_at(row, 4);
  header.payload_hash = digest_from(text_at(row, 5));
  header.hash = digest_from(text_at(row, 6));
  return header;
}

Sha256Digest digest_from(std::string_view bytes) {
  Sha256Digest digest{};
  if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

std::string forgotten_payload(std::string_view account_hash) {
  return nlohmann::json{{"account_hash", hex(account_hash)}}.dump();
}

std::string forgotten_hash_in(const std::string& payload) {
  const auto json = nlohmann::json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  const auto hash = json.find("account_hash");
  return hash != json.end() && hash->is_string() ? hash->get<std::string>() : std::string();
}

std::uint64_t dropped_through_in(const std::string& payload) {
  const auto json = nlohmann::json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return 0;
  const auto through = json.find(kPayloadsThrough);
  return through != json.end() && through->is_number_unsigned() ? through->get<std::uint64_t>() : 0;
}

}  // namespace upselld::store
