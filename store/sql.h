// SPDX-License-Identifier: Apache-2.0
#pragma once

// The SQL side of a Database: included by .cpp files of the store only.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

#include "core/result.h"
#include "store/database.h"

namespace upselld::store {

struct Database::Handle {
  SQLite::Database sql;
  std::filesystem::path path;
  int version = 0;
  bool in_transaction = false;
};

inline SQLite::Database& raw(Database& database) {
  return database.handle().sql;
}

// What a failed statement means to a person: disk full (io), damaged file (corrupt), busy.
Error to_error(const std::string& doing, const SQLite::Exception& failure);

// Runs `body`, which may throw SQLite::Exception, and turns that into an Error. `body` gives
// nothing, a value, or a Result. `doing` says what it does: "store: record receipts".
template <typename Body>
auto guarded(const char* doing, Body&& body) {
  using Given = std::invoke_result_t<Body>;
  if constexpr (std::is_void_v<Given>) {
    try {
      body();
      return Result<void>();
    } catch (const SQLite::Exception& failure) {
      return Result<void>(to_error(doing, failure));
    }
  } else if constexpr (requires(Given given) { given.error(); }) {
    try {
      return body();
    } catch (const SQLite::Exception& failure) {
      return Given(to_error(doing, failure));
    }
  } else {
    try {
      return Result<Given>(body());
    } catch (const SQLite::Exception& failure) {
      return Result<Given>(to_error(doing, failure));
    }
  }
}

}  // namespace upselld::store
