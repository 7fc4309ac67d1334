// SPDX-License-Identifier: Apache-2.0
#include "store/brakes.h"

#include "store/statements.h"

namespace upselld::store {
namespace {

Pause read_pause(SQLite::Statement& row) {
  return {text_at(row, 0), Instant{row.getColumn(1).getInt64()}, text_at(row, 2), text_at(row, 3)};
}

HeldRun read_held(SQLite::Statement& row) {
  return {text_at(row, 0), text_at(row, 1), Instant{row.getColumn(2).getInt64()}, text_at(row, 3)};
}

constexpr const char* kHeld = "SELECT run, connection, at_ms, reasons FROM held_runs ";
constexpr const char* kPauses = "SELECT connection, since_ms, paused_by, why FROM pauses ";

}  // namespace

Result<bool> Brakes::pause(Transaction&, const Pause& pause) {
  return guarded("store: pause", [&] {
    SQLite::Statement add(raw(database_),
                          "INSERT INTO pauses (connection, since_ms, paused_by, why)"
                          " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
    add.bind(1, pause.connection);
    add.bind(2, pause.since.ms);
    add.bind(3, pause.by);
    add.bind(4, pause.why);
    return add.exec() == 1;
  });
}

Result<bool> Brakes::resume(Transaction&, const std::string& connection) {
  return guarded("store: resume", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM pauses WHERE ?1 = '' OR connection = ?1");
    remove.bind(1, connection);
    return remove.exec() > 0;
  });
}

Result<std::optional<Pause>> Brakes::paused(const std::string& connection) const {
  return guarded("store: read pauses", [&] {
    SQLite::Statement query(raw(database_), std::string(kPauses) +
                                                "WHERE connection IN ('', ?)"
                                                " ORDER BY connection LIMIT 1");
    query.bind(1, connection);
    return query.executeStep() ? std::optional(read_pause(query)) : std::nullopt;
  });
}

Result<std::vector<Pause>> Brakes::pauses() const {
  return guarded("store: read pauses", [&] {
    SQLite::Statement query(raw(database_), std::string(kPauses) + "ORDER BY connection");
    std::vector<Pause> pauses;
    while (query.executeStep()) pauses.push_back(read_pause(query));
    return pauses;
  });
}

Result<void> Brakes::hold(Transaction&, const HeldRun& run) {
  return guarded("store: hold a run", [&] {
    SQLite::Statement put(raw(database_),
                          "INSERT INTO held_runs (connection, run, at_ms, reasons)"
                          " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (connection)"
                          " DO UPDATE SET run = ?2, at_ms = ?3, reasons = ?4");
    put.bind(1, run.connection);
    put.bind(2, run.run);
    put.bind(3, run.at.ms);
    put.bind(4, run.reasons);
    put.exec();
  });
}

Result<void> Brakes::settle(Transaction&, const std::string& connection) {
  return guarded("store: settle a held run", [&] {
    for (const char* text : {"DELETE FROM held_runs WHERE connection = ?",
                             "DELETE FROM accounts_lost WHERE connection = ?"}) {
      SQLite::Statement remove(raw(database_), text);
      remove.bind(1, connection);
      remove.exec();
    }
  });
}

Result<std::vector<HeldRun>> Brakes::waiting() const {
  return guarded("store: read held runs", [&] {
    SQLite::Statement query(raw(database_), std::string(kHeld) + "ORDER BY connection");
    std::vector<HeldRun> runs;
    while (query.executeStep()) runs.push_back(read_held(query));
    return runs;
  });
}

Result<std::optional<HeldRun>> Brakes::held(const std::string& connection) const {
  return guarded("store: read held runs", [&] {
    SQLite::Statement query(raw(database_), std::string(kHeld) + "WHERE connection = ?");
    query.bind(1, connection);
    return query.executeStep() ? std::optional(read_held(query)) : std::nullopt;
  });
}

Result<void> Brakes::note_lost(Transaction&, const std::string& connection,
                               const std::string& stream, const AccountsLost& lost) {
  return guarded("store: note lost accounts", [&] {
    SQLite::Statement put(raw(database_),
                          "INSERT OR REPLACE INTO accounts_lost (connection, stream, known, lost)"
                          " VALUES (?, ?, ?, ?)");
    put.bind(1, connection);
    put.bind(2, stream);
    put.bind(3, static_cast<std::int64_t>(lost.known));
    put.bind(4, static_cast<std::int64_t>(lost.lost));
    put.exec();
  });
}

Result<AccountsLost> Brakes::lost(const std::string& connection) const {
  return guarded("store: read lost accounts", [&] {
    SQLite::Statement sum(raw(database_),
                          "SELECT ifnull(sum(known), 0), ifnull(sum(lost), 0) FROM accounts_lost"
                          " WHERE connection = ?");
    sum.bind(1, connection);
    sum.executeStep();
    return AccountsLost{static_cast<std::uint64_t>(sum.getColumn(0).getInt64()),
                        static_cast<std::uint64_t>(sum.getColumn(1).getInt64())};
  });
}

}  // namespace upselld::store
