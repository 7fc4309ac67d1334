// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

// One step of the schema: migrations/NNNN_name.sql, frozen once released.
struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sql;
};

// All of them, by number, without gaps: 1, 2, 3.
const std::vector<Migration>& migrations();

// Brings the schema from `version` to the newest in one transaction: a store is never between two
// versions. May throw SQLite::Exception; then nothing has changed.
void migrate(SQLite::Database& sql, int version);

// The schema as text, normalised: what schema.sql must hold.
std::string schema_text(SQLite::Database& sql);

}  // namespace upselld::store
