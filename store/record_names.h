// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/records.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

enum class NameKind : std::uint8_t {
  connection = 1,
  joined_space = 2,  // connection, unit separator, attribute: its "ids" are values of the attribute
  part = 3,
  activity_kind = 4,
  currency = 5,
  attribute = 6,
};

// Words and their codes, and streams and their numbers. Codes are private to one database: whatever
// leaves the store is sorted by word. New ones live in memory until save(). Methods that touch the
// database may throw SQLite::Exception.
class RecordNames {
 public:
  void load(SQLite::Database& sql);
  // Writes what is new, inside the caller's transaction.
  void save(SQLite::Database& sql);

  // The word's code, a new one if need be; 0 for the empty word.
  std::uint16_t code(NameKind kind, std::string_view text);
  // 0: no such word.
  std::uint16_t find(NameKind kind, std::string_view text) const;
  const std::string& text(std::uint16_t code) const;
  NameKind kind(std::uint16_t code) const { return names_[code].kind; }
  // Codes run from 1 to this.
  std::uint16_t newest() const { return static_cast<std::uint16_t>(names_.size() - 1); }

  struct Stream {
    std::uint32_t number = 0;
    std::uint16_t connection = 0;
    std::string name;
    RecordKind kind = RecordKind::activity;
    bool keyed = true;
  };
  // The stream's number, a new one if need be.
  std::uint32_t stream(const Stream& wanted);
  const std::vector<Stream>& streams() const { return streams_; }

 private:
  struct Name {
    NameKind kind = NameKind::connection;
    std::string text;
  };
  std::vector<Name> names_ = {Name{}};  // index = code
  std::map<NameKind, std::map<std::string, std::uint16_t, std::less<>>> codes_;
  std::vector<Stream> streams_;  // index = number - 1
  std::size_t names_saved_ = 1;
  std::size_t streams_saved_ = 0;
};

}  // namespace upselld::store
