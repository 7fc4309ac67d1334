// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"
#include "core/records.h"
#include "core/result.h"
#include "core/timeline.h"
#include "store/records.h"

namespace upselld::store {

struct AccountHit {
  std::uint32_t number = 0;
  std::string connection;
  std::string id;
  std::string name;
};

struct RecordCounts {
  std::uint64_t accounts = 0;  // live: not deleted, not merged
  std::uint64_t deleted_accounts = 0;
  std::uint64_t contacts = 0;
  std::uint64_t products = 0;
  std::uint64_t reps = 0;
  std::map<std::string, std::uint64_t> events;  // by "connection/stream"
  // Events whose account is not known yet. They are used when it comes.
  std::uint64_t waiting = 0;
};

// Questions about what is committed. Any connection will do, also a read-only one beside a writer.
// Used by one thread at a time.
class RecordReader {
 public:
  RecordReader(Database& database, std::vector<ConnectionAttributes> attributes);

  // Accounts that `text` may mean: an id, "connection:id", a name (exact, then beginning with it,
  // whatever the case), or our number as "#17". A merged account gives its survivor. No hit is an
  // empty list; at most `hits_max`, exact ones first, then by name and id.
  Result<std::vector<AccountHit>> find_account(std::string_view text, std::size_t hits_max = 20);

  // As of that moment: attributes and deletion known before it; the rest as it is now. Attributes
  // stand in the order of the connection's table. not_found: no such account.
  Result<AccountFacts> account_facts(std::uint32_t number, Instant known_before);
  // Contacts of an account and of those merged into it, by id.
  Result<std::vector<ContactFacts>> contacts_of(std::uint32_t number);
  Result<std::vector<RepFacts>> reps(const std::string& connection);  // by id
  Result<std::vector<ProductFacts>> products();                       // by name and id
  Result<RecordCounts> counts();

  // The account that `number` now stands for, after merges and joins; itself when nothing happened.
  // 0: that account is not known (any more).
  Result<std::uint32_t> survivor_of(std::uint32_t number);

  // A moment in the history of commits. Compare with touched_since.
  Result<std::int64_t> mark();
  // Accounts whose data changed by commits after `mark`, ascending; survivors stand for merged
  // ones. Marks older than the history (see kTouchedRowsMax) give more accounts than needed, never
  // fewer.
  Result<std::vector<std::uint32_t>> touched_since(std::int64_t mark);

 private:
  Result<std::vector<AccountHit>> find_by_id(std::string_view text, std::size_t hits_max);

  Database& database_;
  std::vector<ConnectionAttributes> attributes_;
};

}  // namespace upselld::store
