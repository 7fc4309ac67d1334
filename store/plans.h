// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

// What one run wrote to one account's fields. Only fields that it wrote have a value.
struct WrittenFields {
  AccountRef account;
  FieldValues before;   // as read right before the write; "" or nullopt: it was empty
  FieldValues written;  // as stored by the CRM
};
struct WrittenTask {
  AccountRef account;
  std::string key;
  std::string crm_id;
  bool withdrawn = false;  // the run closed it; else the run made it
};

// What `undo` needs: which values a run replaced, which tasks it made or closed. Written inside the
// transaction that stores the receipts, read from any connection.
class Plans {
 public:
  // `database` outlives the object.
  explicit Plans(Database& database);
  ~Plans();

  // Noting an account's fields twice in a run keeps the first `before` and the last `written`.
  Result<void> note_fields(Transaction& transaction, const std::string& run,
                           const WrittenFields& fields);
  Result<void> note_task(Transaction& transaction, const std::string& run, const WrittenTask& task);
  // A plan's id leads to the run that applied it. Applying a plan twice is invalid_config.
  Result<void> note_applied(Transaction& transaction, const std::string& plan,
                            const std::string& run);
  Result<void> note_undone(Transaction& transaction, const std::string& run,
                           const std::string& undone_by);

  // The run that applied the plan; nothing when it was not applied.
  Result<std::optional<std::string>> applied_by(const std::string& plan) const;
  // The run that undid it; nothing when it was not undone.
  Result<std::optional<std::string>> undone_by(const std::string& run) const;
  // By connection and account id. A run that wrote nothing: empty.
  Result<std::vector<WrittenFields>> fields_of(const std::string& run) const;
  Result<std::vector<WrittenTask>> tasks_of(const std::string& run) const;
  Result<void> remove(Transaction& transaction, std::uint32_t account);
  // Drops what runs that began before that wrote: at most so many rows, of the runs after `place`,
  // which it moves on; begin with 0. They cannot be undone any more.
  Result<Pruned> prune(Transaction& transaction, Instant before, std::size_t rows_max,
                       std::int64_t& place);

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
