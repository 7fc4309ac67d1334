// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "store/audit_chain.h"

namespace SQLite {
class Statement;
}

namespace upselld::store {

// How the chain is computed: by the one who appends and the one who verifies. All of it is frozen:
// another way would make every chain written so far invalid.

// SHA-256(previous || header).
Sha256Digest chain_hash(const Sha256Digest& previous, const AuditHeader& header);
// HMAC with the account's own key, so that it means nothing once the key is deleted.
std::string account_hash(std::string_view secret, const std::string& connection,
                         const std::string& account_id);
Sha256Digest payload_hash(std::string_view secret, std::string_view payload);

inline std::string_view view_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// Zeros when it is not 32 bytes long.
Sha256Digest digest_from(std::string_view bytes);

// Of a row that begins with sequence, kind, at_ms, run, account_hash, payload_hash, hash.
AuditHeader read_header(SQLite::Statement& row);

// The payload of a `forgotten` entry, and the hash (hexadecimal) that it names; empty: none.
std::string forgotten_payload(std::string_view account_hash);
std::string forgotten_hash_in(const std::string& payload);

// What a `dropped` entry says of payloads: up to which entry they are gone; 0: nothing.
inline constexpr const char* kPayloadsThrough = "payloads_through";
std::uint64_t dropped_through_in(const std::string& payload);

}  // namespace upselld::store
