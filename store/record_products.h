// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/page.h"
#include "core/timeline.h"
#include "store/records.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

// Products and their codes. Lines may name one before its record comes. Methods that touch the
// database may throw SQLite::Exception.
class RecordProducts {
 public:
  void load(SQLite::Database& sql);
  // Writes what lines named first, inside the caller's transaction.
  void save(SQLite::Database& sql);

  // The product's code, a new one if need be; 0 for the empty id.
  std::uint32_t code(std::uint16_t connection, std::uint64_t connection_key, std::string_view id);
  // Takes a page of records, inside the caller's transaction. The newest arrival wins.
  PageCounts apply(SQLite::Database& sql, std::uint16_t connection, std::uint64_t connection_key,
                   const Page& page);

 private:
  struct New {
    std::uint32_t code;
    std::uint16_t connection;
    std::string id;
  };
  std::unordered_map<std::uint64_t, std::uint32_t> codes_;  // by id's hash
  std::uint32_t next_code_ = 1;
  std::vector<New> new_;
};

}  // namespace upselld::store
