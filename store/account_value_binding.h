// SPDX-License-Identifier: Apache-2.0
#pragma once

// How instants and bytes stand in columns. For .cpp files of the store only.

#include "core/instant.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <string_view>

namespace upselld::store {

inline void bind_instant(SQLite::Statement& statement, int index, Instant at) {
  if (at.is_missing()) {
    statement.bind(index);
  } else {
    statement.bind(index, at.ms);
  }
}
inline Instant instant_of(const SQLite::Column& column) {
  return column.isNull() ? Instant::missing() : Instant{column.getInt64()};
}

inline void bind_blob(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}
// Valid until the statement moves.
inline std::string_view blob_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace upselld::store
