// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

inline constexpr Duration kKeepEditedFor = days(30);
inline constexpr std::size_t kFieldAttemptsMax = 16;  // per field; the oldest go first

// What is known about one field of ours in a CRM. "" is an empty field.
struct FieldMemory {
  std::optional<std::string> confirmed;    // last seen as stored; nullopt: never written
  std::vector<std::string> attempts;       // sent since, not settled; and values given back to us
  Instant edited_at = Instant::missing();  // a person's value stands there since
  std::string edited;                      // that value

  // Whether `current` (after the field type's normalisation, like all values here) is ours: equal
  // to one of ours, or empty and never written.
  bool is_ours(const std::string& current) const;
  bool is_kept(Instant now) const;  // left alone because a person changed it
};
using AccountFields = std::array<FieldMemory, kFieldCount>;

struct KeptField {
  AccountRef account;
  Field field = Field::score;
  std::string value;  // the person's
  Instant edited_at;
};

// What stands in the CRMs as far as we know, so that a person's edit is told from our own write.
// Written inside the caller's transaction, read from any connection.
class FieldStates {
 public:
  // `database` outlives the object.
  explicit FieldStates(Database& database);
  ~FieldStates();

  // Unknown accounts have empty memories.
  Result<AccountFields> of(std::uint32_t account) const;

  // Before sending: these values may come to stand there.
  Result<void> attempted(Transaction& transaction, const AccountRef& account,
                         const FieldValues& values);
  // The CRM said what stands there now: settles the attempts at these fields.
  Result<void> confirmed(Transaction& transaction, const AccountRef& account,
                         const FieldValues& stored);
  // A person changed it: left alone until 30 days after `at`. The same value again keeps its date.
  Result<void> edited(Transaction& transaction, const AccountRef& account, Field field,
                      const std::string& value, Instant at);
  // Gives edited fields back to us: the people's values may be overwritten. Returns how many.
  Result<int> release(Transaction& transaction, std::uint32_t account);
  // The same for all edits that are older than kKeepEditedFor.
  Result<int> release_expired(Transaction& transaction, Instant now);
  Result<void> remove(Transaction& transaction, std::uint32_t account);

  // Fields left alone at `now`, by connection, account id and field. Connection empty: all.
  Result<std::vector<KeptField>> kept(const std::string& connection, Instant now) const;

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
