// SPDX-License-Identifier: Apache-2.0
#include "store/rounds.h"

#include "store/runs.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kStand =
    "INSERT OR REPLACE INTO standing_rounds (connection, run, rests_on, decided_at_ms,"
    " stands_until_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
// Runs are numbered in the order of their first entries.
constexpr const char* kStanding =
    "SELECT run, rests_on, decided_at_ms, stands_until_ms FROM standing_rounds AS round"
    " WHERE connection = ?1 AND NOT EXISTS ("
    "   SELECT 1 FROM audit_runs AS later WHERE later.number > coalesce("
    "     (SELECT number FROM audit_runs WHERE audit_runs.run = round.run), 0)"
    "   AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = later.run AND runs.kind = ?2))";

}  // namespace

Result<void> Rounds::stand(Transaction&, const std::string& connection, const Round& round) {
  return guarded("store: keep a round", [&] {
    SQLite::Statement stand(raw(database_), kStand);
    stand.bind(1, connection);
    stand.bind(2, round.run);
    stand.bind(3, round.rests_on);
    stand.bind(4, round.decided_at.ms);
    stand.bind(5, round.stands_until.ms);
    stand.exec();
  });
}

Result<void> Rounds::fall(Transaction&) {
  return guarded("store: drop rounds", [&] { raw(database_).exec("DELETE FROM standing_rounds"); });
}

Result<std::optional<Round>> Rounds::standing(const std::string& connection) const {
  return guarded("store: read a round", [&]() -> std::optional<Round> {
    SQLite::Statement query(raw(database_), kStanding);
    query.bind(1, connection);
    query.bind(2, static_cast<int>(RunKind::sync));
    if (!query.executeStep()) return std::nullopt;
    return Round{text_at(query, 0), text_at(query, 1), Instant{query.getColumn(2).getInt64()},
                 Instant{query.getColumn(3).getInt64()}};
  });
}

}  // namespace upselld::store
