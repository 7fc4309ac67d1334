// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::store {

class Database;
class Transaction;

struct Pause {
  std::string connection;  // empty: all
  Instant since;
  std::string by;
  std::string why;
};

// A run that met a limit of `stop_when`: its data is kept, nothing was written, a person decides.
struct HeldRun {
  std::string run;
  std::string connection;
  Instant at;
  std::string reasons;  // JSON, in the daemon's words
};

// Accounts that the last look at all of them, a full pull or a sweep, no longer showed. Those that
// it deleted are not lost.
struct AccountsLost {
  std::uint64_t known = 0;  // live, and known before the look began; 0: nobody looked
  std::uint64_t lost = 0;
};

// What stops writing, across restarts. Written inside the caller's transaction, read from any
// connection, so a sender sees a pause before its next batch.
class Brakes {
 public:
  explicit Brakes(Database& database) : database_(database) {}

  // False when it was paused already; the first pause stays.
  Result<bool> pause(Transaction& transaction, const Pause& pause);
  // False when it was not paused. Resuming "" (all) lifts every pause.
  Result<bool> resume(Transaction& transaction, const std::string& connection);
  // The pause that stops this connection, its own or the one of all.
  Result<std::optional<Pause>> paused(const std::string& connection) const;
  Result<std::vector<Pause>> pauses() const;

  // Holding a run replaces what waits for the same connection.
  Result<void> hold(Transaction& transaction, const HeldRun& run);
  // A plan was applied, or a later run was within the limits: nothing is held or lost any more.
  // Nothing waiting is not an error.
  Result<void> settle(Transaction& transaction, const std::string& connection);
  Result<std::vector<HeldRun>> waiting() const;
  // What waits for this connection.
  Result<std::optional<HeldRun>> held(const std::string& connection) const;

  // Few runs look at all accounts: what a look of a stream lost counts until its next one, or until
  // it is settled.
  Result<void> note_lost(Transaction& transaction, const std::string& connection,
                         const std::string& stream, const AccountsLost& lost);
  // Of all streams of the connection.
  Result<AccountsLost> lost(const std::string& connection) const;

 private:
  Database& database_;
};

}  // namespace upselld::store
