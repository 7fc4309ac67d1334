// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "store/account_directory.h"
#include "store/account_rows.h"
#include "store/event_edit.h"

namespace upselld::store {

// The values of an attribute by which events of other connections name accounts.
struct JoinedSpace {
  std::uint64_t key = 0;
  std::uint16_t code = 0;  // its name's
  std::uint16_t connection = 0;
  std::uint16_t attribute = 0;  // 0: no account had it yet
};
std::vector<JoinedSpace> joined_spaces(const RecordNames& names);
// By which events name this account; nothing: it has none there.
std::optional<std::string> joined_value(const AccountRow& row, const JoinedSpace& space);

// Which account each number stands for, after merges and joins. May throw SQLite::Exception.
class AccountRoots {
 public:
  // Finds out anew, after accounts changed in a way that may matter (`structure_changed`) or new
  // ones came. Directory and table are brought up to date. Returns the numbers that stand elsewhere
  // now, with the places where their events still are, sorted.
  Result<std::vector<StoredAccount>> settle(SQLite::Database& sql, AccountRows& rows,
                                            AccountDirectory& accounts, const RecordNames& names,
                                            bool structure_changed);

 private:
  Result<void> read_joined_values(SQLite::Database& sql, const RecordNames& names);

  struct Target {
    std::uint32_t number = 0;
    bool live = false;
    bool ambiguous = false;
  };
  // By the place of the joined value. Read when the first joined feed needs it.
  std::unordered_map<std::uint64_t, Target> joined_;
  bool joined_is_read_ = false;
  std::size_t spaces_read_ = 0;
};

}  // namespace upselld::store
