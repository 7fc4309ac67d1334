// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::store {

class Database;
class Transaction;

// A round of decisions that would come out the same again.
struct Round {
  std::string run;       // the sync that decided it
  std::string rests_on;  // all but the data, in the daemon's words: model, settings, day ...
  Instant decided_at;    // the moment that it was decided for
  Instant stands_until;  // from here on time itself would change it
};

// Which round stands for each connection: kept with its decisions, and gone with the first news
// that come after it (store/record_group.h), in one transaction with these. Written inside the
// caller's transaction, read from any connection.
class Rounds {
 public:
  explicit Rounds(Database& database) : database_(database) {}

  // Instead of the one before.
  Result<void> stand(Transaction& transaction, const std::string& connection, const Round& round);
  // No round stands any more, of no connection: events of one may belong to accounts of another.
  Result<void> fall(Transaction& transaction);

  // Nothing also when somebody else than a sync has left an entry in the audit since: a person's
  // answer, an undo, another model.
  Result<std::optional<Round>> standing(const std::string& connection) const;

 private:
  Database& database_;
};

}  // namespace upselld::store
