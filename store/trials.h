// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/trial.h"
#include "store/account_ref.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

// The trials of accounts (core/trial.h), one each, for good: with them contacted and held-out
// accounts can be compared later, whatever the share of the hold-out is then. Written inside the
// caller's transaction, read from any connection.
class Trials {
 public:
  explicit Trials(Database& database);
  ~Trials();

  // Whether it is the account's first; of another one nothing is kept. `trial.account` is not
  // looked at.
  Result<bool> begin(Transaction& transaction, const AccountRef& account, const std::string& run,
                     const Trial& trial);
  // No trial is not an error.
  Result<void> remove(Transaction& transaction, std::uint32_t account);

  // By account number.
  Result<std::vector<Trial>> list(const std::string& connection) const;

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
