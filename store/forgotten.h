// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"

namespace upselld::store {

class AuditChain;
class Database;
class Statements;
class Transaction;

// What a store keeps of those that it forgot.
struct ForgottenHashes {
  std::vector<std::string> salts;   // each may have made any of the hashes
  std::vector<std::string> hashes;  // sorted
};
// Reads it from the file of a store of whatever version, beside whoever has it open, and changes
// nothing. An error where it is no store, or damaged.
Result<ForgottenHashes> read_forgotten(const std::filesystem::path& store);
// Which of the ids are among them. Same order as given.
std::vector<bool> among(const ForgottenHashes& known, const std::string& space,
                        const std::vector<std::string>& ids);

// Accounts that were forgotten: only keyed hashes of their ids, so that the next pull does not
// bring them back. Written inside the caller's transaction, read from any connection.
class Forgotten {
 public:
  // `database` outlives the object.
  explicit Forgotten(Database& database);
  ~Forgotten();

  // `space` is a connection, or one that feeds join (see account_group.h).
  Result<bool> contains(const std::string& space, const std::string& account_id) const;
  // Which of the ids are forgotten, for a whole page. Same order as given.
  Result<std::vector<bool>> contains(const std::string& space,
                                     const std::vector<std::string>& account_ids) const;
  Result<std::uint64_t> count() const;

  // Removes decision, memory, scores, outbox rows, field states, approvals, undo records, trial,
  // audit payloads and the account's audit key; keeps the hash; appends `forgotten`. Records are
  // removed by their own class in the same transaction, after this: what is deleted from here on is
  // also overwritten. Doing it twice is no error.
  Result<void> forget(Transaction& transaction, AuditChain& audit, const AccountRef& account,
                      const std::string& run, Instant at);
  // Keeps the hash of a value by which events name a forgotten account.
  Result<void> keep_out(Transaction& transaction, const std::string& space, const std::string& id);
  // Keeps what another store knew as forgotten. Twice is no error.
  Result<void> carry_over(Transaction& transaction, const ForgottenHashes& known);
  // After that transaction's commit: nothing of it stays in the write-ahead log. `busy` when a
  // reader still holds an older state: try again.
  Result<void> truncate_log();

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
