// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/page.h"
#include "core/result.h"
#include "store/account_directory.h"
#include "store/account_past.h"
#include "store/records.h"

#include <SQLiteCpp/Statement.h>

namespace upselld::store {

class RecordNames;

// An account as it is stored.
struct AccountRow {
  std::uint64_t place = 0;
  std::uint32_t number = 0;
  std::uint32_t root = 0;
  std::uint16_t space = 0;
  std::string id;
  std::int64_t known_mark = 0;  // 0: only named by others so far
  std::uint32_t merged_into = 0;
  Instant merged_at = Instant::missing();
  Instant version = Instant::missing();
  Instant deletion_at = Instant::missing();
  std::string name, owner, parent, currency;
  Instant created_at = Instant::missing();
  Instant pause_until = Instant::missing();
  bool opted_out = false;
  bool in_scope = true;
  AccountPast past;

  // A deletion that a newer version followed was taken back.
  bool is_deleted() const {
    return !deletion_at.is_missing() && (version.is_missing() || deletion_at >= version);
  }
};

Error account_not_found(std::uint32_t number);
Error damaged_account(std::uint32_t number);

// The table of accounts on one connection. Methods may throw SQLite::Exception.
class AccountRows {
 public:
  explicit AccountRows(SQLite::Database& sql);

  // Nothing: no such row. corrupt: its past cannot be read.
  Result<std::optional<AccountRow>> read(std::uint64_t place);
  void insert(const AccountRow& row);
  void update(const AccountRow& row);
  void set_root(std::uint64_t place, std::uint32_t root);

  static constexpr const char* kColumns =
      "place, number, root, space, id, known_mark, merged_into, merged_at, version, deletion_at, "
      "name, owner, parent, currency, created_at, pause_until, opted_out, in_scope, past";
  // Reads a row of a statement that selects kColumns. False: its past is damaged.
  static bool read_row(SQLite::Statement& statement, AccountRow& row);
  // By its number. not_found: there is none, or its record never came.
  static Result<AccountRow> read_known(SQLite::Database& sql, std::uint32_t number);

 private:
  SQLite::Statement read_, insert_, update_, set_root_;
};

// Takes pages of accounts, deletions, merges and histories, inside the caller's transaction.
class AccountWriter {
 public:
  AccountWriter(AccountRows& rows, AccountDirectory& accounts, RecordNames& names)
      : rows_(rows), accounts_(accounts), names_(names) {}

  // What a commit brings: `mark` is its number.
  void begin(std::int64_t mark) {
    mark_ = mark;
    inserted_.clear();
    structure_changed_ = false;
  }
  // `numbers[row]` is the account of each row, 0 for rows to be left out.
  Result<PageCounts> apply_accounts(const Page& page, const std::vector<std::uint32_t>& numbers,
                                    const std::vector<AttributeSpec>& attributes, Instant now);
  Result<PageCounts> apply_history(const Page& page, const std::vector<std::uint32_t>& numbers,
                                   const std::vector<AttributeSpec>& attributes,
                                   std::uint64_t source);
  Result<PageCounts> mark_deleted(std::uint32_t number, Instant at);
  Result<PageCounts> merge(std::uint32_t loser, std::uint32_t survivor, Instant at);
  // Takes back what a part of a history told, from all accounts.
  Result<std::uint64_t> take_back(SQLite::Database& sql, std::uint64_t source);
  // Rows for the accounts that were only named.
  void insert_unknown();

  std::int64_t mark() const { return mark_; }
  // Merges, deletions, or values that others may be joined by have changed.
  bool structure_changed() const { return structure_changed_; }
  void note_structure_change() { structure_changed_ = true; }

 private:
  struct Incoming;
  Result<AccountRow> row_of(std::uint32_t number);
  void write(const AccountRow& row);
  bool apply_record(const Incoming& incoming, std::size_t index, AccountRow& row);
  bool is_inserted(std::uint32_t number) const;

  AccountRows& rows_;
  AccountDirectory& accounts_;
  RecordNames& names_;
  std::int64_t mark_ = 0;
  std::vector<bool> inserted_;  // by number - first_unsaved: its row was written in this commit
  bool structure_changed_ = false;
};

}  // namespace upselld::store
