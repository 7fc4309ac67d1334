// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

// Numbers are part of the chain: never change one.
enum class AuditKind : std::uint8_t {
  run = 1,
  model_trained = 2,
  model_published = 3,
  model_rolled_back = 4,
  decided = 5,
  meant = 6,
  done = 7,
  rejected = 8,
  withdrawn = 9,
  superseded = 10,
  held = 11,
  paused = 12,
  config_changed = 13,
  exported = 14,
  forgotten = 15,
  answered = 16,  // a person said yes or no to a task that waited for it
  dropped = 17,   // what was older than settings keep
  released = 18,  // fields that people had edited are ours to write again
  retried = 19,   // refused items are tried again because a person said so
  kept = 20,      // a task that was to be withdrawn: people had touched it
  model_declined = 21
};
const char* to_text(AuditKind kind);
std::optional<AuditKind> audit_kind_named(const std::string& name);

// What is to be written down. The payload is the caller's bytes; JSON by convention.
struct AuditEntry {
  AuditKind kind = AuditKind::run;
  Instant at;
  std::string run;
  AccountRef account;  // number 0: about the run as a whole
  std::string payload;
};

// What stays for ever.
struct AuditHeader {
  std::uint64_t sequence = 0;  // from 1, without gaps
  AuditKind kind = AuditKind::run;
  Instant at;
  std::string run;
  std::string account_hash;  // 32 bytes; empty: about the run as a whole
  Sha256Digest payload_hash{};
  Sha256Digest hash{};
};

struct AuditFilter {
  std::optional<AuditKind> kind = {};
  std::string run = {};
  std::uint32_t account = 0;  // 0: any
  std::uint64_t after = 0;    // sequence; with newest_first: before it (0: from the end)
  bool newest_first = false;
  std::size_t count_max = 1000;
};

struct AuditHead {
  std::uint64_t entries = 0;
  Sha256Digest hash{};  // zeros while there are no entries
};

// The append-only record of what was decided and done: a chain of headers, whose payloads stand
// apart so that an account's can be deleted without breaking it. Appended by one thread inside the
// caller's transaction, read from any connection.
class AuditChain {
 public:
  explicit AuditChain(Database& database);
  ~AuditChain();

  // Fast for hundreds of thousands at once.
  Result<void> append(Transaction& transaction, std::span<const AuditEntry> entries);
  Result<void> append(Transaction& transaction, const AuditEntry& entry);

  // As seen by this connection, inside a transaction with what it appended.
  Result<AuditHead> head() const;
  Result<std::vector<AuditHeader>> list(const AuditFilter& filter) const;
  // Nothing when it was forgotten or dropped; not_found when there is no such entry; corrupt when
  // it is not what its header says.
  Result<std::optional<std::string>> payload(std::uint64_t sequence) const;
  // Whose entry it is: number 0 when about the run as a whole, forgotten or dropped.
  Result<AccountRef> account_of(std::uint64_t sequence) const;

  // Deletes the account's payloads and its key, and appends `forgotten`, which names only the
  // account's hash. An account without entries is not an error, and is written down all the same.
  Result<void> forget(Transaction& transaction, const AccountRef& account, const std::string& run,
                      Instant at);

  // The last entry of before that; 0: none is so old.
  Result<std::uint64_t> last_before(Instant at) const;
  // Deletes payloads about accounts up to an entry that a `dropped` one names (`payloads_through`),
  // which the caller has appended: at most so many, after `place`, which it moves on; begin with 0.
  // Headers stay, and what is about runs as a whole.
  Result<Pruned> prune(Transaction& transaction, std::uint64_t through, std::size_t rows_max,
                       std::uint64_t& place);

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
