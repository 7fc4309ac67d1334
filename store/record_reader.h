// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"
#include "core/records.h"
#include "core/result.h"
#include "core/timeline.h"
#include "store/records.h"

namespace SQLite {
class Statement;
}

namespace upselld::store {

struct AccountHit {
  std::uint32_t number = 0;
  std::string connection;
  std::string id;
  std::string name;
};

struct AccountLabel {
  std::string name, owner;
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
  ~RecordReader();

  // Accounts of exactly this id, "connection:id", or our number as "#17", of whatever connection. A
  // merged account gives its survivor. No hit is an empty list.
  Result<std::vector<AccountHit>> find_exactly(std::string_view text);
  // Accounts that `text` may mean, whatever the case: those of find_exactly, then by name, then
  // those whose names begin with it; where there is none, those that have it anywhere in their
  // names, as far as kNamesLooked go. At most `hits_max`.
  Result<std::vector<AccountHit>> find_account(std::string_view text, std::size_t hits_max = 20);
  // Of those that a search anywhere in names looks at, by name.
  static constexpr std::int64_t kNamesLooked = 1'000'000;

  // As of that moment: attributes and deletion known before it; the rest as it is now. Attributes
  // stand in the order of the connection's table. not_found: no such account.
  Result<AccountFacts> account_facts(std::uint32_t number, Instant known_before);
  // What lists say of an account, as it is now. not_found: no such account.
  Result<AccountLabel> label(std::uint32_t number);
  // Contacts of an account and of those merged into it, by id.
  Result<std::vector<ContactFacts>> contacts_of(std::uint32_t number);
  Result<std::vector<RepFacts>> reps(const std::string& connection);  // by id
  Result<std::vector<ProductFacts>> products();                       // by name and id
  Result<RecordCounts> counts();

  // The account that `number` now stands for, after merges and joins; itself when nothing happened.
  // 0: that account is not known (any more).
  Result<std::uint32_t> survivor_of(std::uint32_t number);

 private:
  Database& database_;
  std::vector<ConnectionAttributes> attributes_;
  std::unique_ptr<SQLite::Statement> label_;  // prepared once: lists ask for many
};

}  // namespace upselld::store
