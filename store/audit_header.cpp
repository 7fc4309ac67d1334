// SPDX-License-Identifier: Apache-2.0
#include "store/audit_header.h"

#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/statements.h"

namespace upselld::store {
namespace {

// Below this, compressing costs more time than the disk it saves.
constexpr std::size_t kCompressFrom = 4096;
constexpr std::size_t kPayloadBytesMax = 64 * 1024 * 1024;

void put_number(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
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

StoredPayload store_payload(const std::string& payload) {
  if (payload.size() < kCompressFrom) return {false, payload};
  std::string bytes;
  put_number(bytes, payload.size());
  uLongf size = compressBound(payload.size());
  bytes.resize(8 + size);
  const int done = compress2(reinterpret_cast<Bytef*>(bytes.data() + 8), &size,
                             reinterpret_cast<const Bytef*>(payload.data()), payload.size(), 1);
  if (done != Z_OK || 8 + size >= payload.size()) return {false, payload};
  bytes.resize(8 + size);
  return {true, std::move(bytes)};
}

std::optional<std::string> restore_payload(bool is_compressed, std::string bytes) {
  if (!is_compressed) return bytes;
  if (bytes.size() < 8 || number_in(bytes) > kPayloadBytesMax) return std::nullopt;
  std::string payload(number_in(bytes), '\0');
  uLongf size = payload.size();
  const int done = uncompress(reinterpret_cast<Bytef*>(payload.data()), &size,
                              reinterpret_cast<const Bytef*>(bytes.data() + 8), bytes.size() - 8);
  if (done != Z_OK || size != payload.size()) return std::nullopt;
  return payload;
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
