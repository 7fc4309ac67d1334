// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/decision.h"
#include "core/memory.h"
#include "core/result.h"
#include "core/score.h"
#include "store/account_ref.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

// The newest decision about one account, as `explain` and `accounts` show it.
struct StoredDecision {
  AccountRef account;
  std::string run;
  std::string id;  // of the decision; made by the daemon, tied to outbox rows and audit entries
  Day decided_on;
  std::string segment;
  std::optional<Band> band;
  std::uint8_t decile = 0;
  std::vector<std::string> tags;
  std::string action, rule, held;  // empty: none
  std::string status;              // status_text::*
  Score score;                     // model version, probability, margin, base, rank value, reasons
  FieldValues values;              // what is meant to stand in the CRM
  std::optional<TaskDraft> task;
};

enum class DecisionOrder : std::uint8_t { rank, segment, band, action, held };

struct DecisionFilter {
  std::string connection = {};  // empty: any
  std::string segment = {};
  std::optional<Band> band = {};
  std::string held = {};  // a hold reason
  bool any_held = false;  // any hold reason
  std::string action = {};
  std::vector<std::uint32_t> accounts = {};  // only these; empty: any
  // Within equal ones by rank value, then by account number. Each order is read from an index.
  DecisionOrder order = DecisionOrder::rank;
  bool is_reversed = false;
  std::size_t offset = 0;
  std::size_t count_max = 1000;  // of greatest rank value first, then by account number
};

struct DecisionCounts {
  std::map<std::string, std::uint64_t> bands, segments, actions, held;
  std::uint64_t accounts = 0, with_probability = 0;
};

// What was last decided about each account, and what the next decision must remember. Written by
// one thread inside the caller's transaction (durability full), read from any connection.
class Decisions {
 public:
  explicit Decisions(Database& database);
  ~Decisions();

  // Replaces decision and memory of the account.
  Result<void> put(Transaction& transaction, const StoredDecision& decision,
                   const AccountMemory& memory);
  // Memory alone, for an account about which nothing new was decided.
  Result<void> remember(Transaction& transaction, std::uint32_t account,
                        const AccountMemory& memory);
  // Removes decision and memory. An account without them is not an error.
  Result<void> remove(Transaction& transaction, std::uint32_t account);

  // All memories by account number, one at a time: never all in memory here.
  using MemoryVisitor = std::function<void(std::uint32_t account, AccountMemory&& memory)>;
  Result<void> each_memory(const MemoryVisitor& visit) const;
  // Accounts with a memory that were merged away, and what they stand for since; by number.
  Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> merged_away() const;
  // Never decided about: a default AccountMemory.
  Result<AccountMemory> memory(std::uint32_t account) const;

  // Nothing when the account was never decided about.
  Result<std::optional<StoredDecision>> latest(std::uint32_t account) const;
  Result<std::vector<StoredDecision>> list(const DecisionFilter& filter) const;
  // The same one at a time, for lists of any length.
  Result<void> each(const DecisionFilter& filter,
                    const std::function<void(StoredDecision&& decision)>& visit) const;
  // How many the filter finds without its offset and limit.
  Result<std::uint64_t> count(const DecisionFilter& filter) const;
  // All of them by account number.
  Result<void> each(const std::function<void(StoredDecision&& decision)>& visit) const;
  // Per connection; empty: all.
  Result<DecisionCounts> counts(const std::string& connection = {}) const;

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
