// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"

namespace upselld::store {

class Database;
class Transaction;

// used_up: a yes whose task was made, or whose account moved on before.
enum class ApprovalState : std::uint8_t { pending, approved, declined, used_up };
const char* to_text(ApprovalState state);

// A task that waits for a person's yes.
struct Approval {
  AccountRef account;
  std::string action;
  TaskDraft task;  // its key names the approval
  Instant asked_at;
  ApprovalState state = ApprovalState::pending;
  std::string by;
  Instant decided_at = Instant::missing();
};

// Tasks of actions with `approve: yes`. Written inside the caller's transaction, read from any
// connection.
class Approvals {
 public:
  explicit Approvals(Database& database) : database_(database) {}

  // Asking for a key again changes nothing, whatever was said to it.
  Result<void> propose(Transaction& transaction, const Approval& approval);
  // False: it was answered so before, be the yes used up or not. An unknown key is not_found; one
  // that was answered differently before is invalid_config.
  Result<bool> decide(Transaction& transaction, const std::string& task_key, ApprovalState answer,
                      const std::string& by, Instant at);
  Result<std::optional<Approval>> find(const std::string& task_key) const;
  // The newest about that account and action.
  Result<std::optional<Approval>> newest(std::uint32_t account, const std::string& action) const;
  // Oldest first; without a state all.
  Result<std::vector<Approval>> list(std::optional<ApprovalState> state) const;
  Result<std::uint64_t> count(ApprovalState state) const;
  // A yes makes no further task. Anything but a yes stays what it is.
  Result<void> use_up(Transaction& transaction, const std::string& task_key);
  // Takes back a question that is no longer asked (its account moved on). Answers stay.
  Result<void> withdraw(Transaction& transaction, const std::string& task_key);
  Result<void> remove(Transaction& transaction, std::uint32_t account);

 private:
  Database& database_;
};

}  // namespace upselld::store
