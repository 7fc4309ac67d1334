// SPDX-License-Identifier: Apache-2.0
#pragma once

// Prepared statements and columns: included by .cpp files of the store only.

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/instant.h"
#include "store/sql.h"

namespace upselld::store {

// The short statements of one class, each prepared once: preparing costs more than running most of
// them. A statement must not be used inside its own use; walks over many rows make their own.
class Statements {
 public:
  // Reset at the end, so that no read transaction stays open.
  class Use {
   public:
    explicit Use(SQLite::Statement& statement) : statement_(statement) {}
    ~Use() { statement_.tryReset(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    SQLite::Statement* operator->() { return &statement_; }
    SQLite::Statement& operator*() { return statement_; }

   private:
    SQLite::Statement& statement_;
  };

  // `database` outlives the object.
  explicit Statements(Database& database) : database_(database) {}

  // `sql` is a literal or constant: known by its address.
  Use use(const char* sql) {
    for (auto& [known, statement] : prepared_) {
      if (known == sql) {
        statement->clearBindings();
        return Use(*statement);
      }
    }
    prepared_.emplace_back(sql, std::make_unique<SQLite::Statement>(raw(database_), sql));
    return Use(*prepared_.back().second);
  }

 private:
  Database& database_;
  std::vector<std::pair<const char*, std::unique_ptr<SQLite::Statement>>> prepared_;
};

// One state of the data for several statements, inside or outside a transaction.
class ReadState {
 public:
  explicit ReadState(Database& database) : sql_(raw(database)) {
    sql_.exec("SAVEPOINT read_state");
  }
  ~ReadState() { sql_.tryExec("RELEASE read_state"); }
  ReadState(const ReadState&) = delete;
  ReadState& operator=(const ReadState&) = delete;

 private:
  SQLite::Database& sql_;
};

// The bytes outlive the statement's run.
inline void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
  // A null pointer would bind NULL instead of an empty blob.
  statement.bindNoCopy(index, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()));
}
inline void bind_instant(SQLite::Statement& statement, int index, Instant at) {
  if (at.is_missing()) {
    statement.bind(index);
  } else {
    statement.bind(index, at.ms);
  }
}
inline Instant instant_at(SQLite::Statement& statement, int column) {
  const SQLite::Column value = statement.getColumn(column);
  return value.isNull() ? Instant::missing() : Instant{value.getInt64()};
}
// Valid until the statement moves.
inline std::string_view blob_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}
inline std::string text_at(SQLite::Statement& statement, int column) {
  return statement.getColumn(column).getString();
}
// SQLite has no NaN: it would become NULL.
inline double or_zero(double value) {
  return std::isnan(value) ? 0.0 : value;
}

}  // namespace upselld::store
