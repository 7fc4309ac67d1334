// SPDX-License-Identifier: Apache-2.0
#include "store/runs.h"

#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kColumns =
    "SELECT id, kind, status, as_of_ms, started_at_ms, finished_at_ms, summary FROM runs ";

Run read_run(SQLite::Statement& row) {
  Run run;
  run.id = text_at(row, 0);
  run.kind = static_cast<RunKind>(row.getColumn(1).getInt());
  run.status = static_cast<RunStatus>(row.getColumn(2).getInt());
  run.as_of.ms = row.getColumn(3).getInt64();
  run.started_at.ms = row.getColumn(4).getInt64();
  run.finished_at = instant_at(row, 5);
  run.summary = text_at(row, 6);
  return run;
}

std::optional<Run> one(SQLite::Statement& query) {
  if (!query.executeStep()) return std::nullopt;
  return read_run(query);
}

constexpr const char* kHasSuccessor =
    "SELECT EXISTS (SELECT 1 FROM runs WHERE begun > ? AND kind = ? AND finished_at_ms IS NOT "
    "NULL)";

// The next one in the order of beginning, as long as they are that old; `place` moves on to it.
std::optional<Run> next_before(SQLite::Database& sql, Instant before, std::int64_t& place) {
  SQLite::Statement query(sql,
                          "SELECT id, kind, status, as_of_ms, started_at_ms, finished_at_ms, '',"
                          " begun FROM runs WHERE begun > ? ORDER BY begun LIMIT 1");
  query.bind(1, place);
  std::optional<Run> next = one(query);
  if (!next || next->started_at >= before) return std::nullopt;
  place = query.getColumn(7).getInt64();
  return next;
}

bool has_successor(SQLite::Database& sql, std::int64_t begun, RunKind kind) {
  SQLite::Statement query(sql, kHasSuccessor);
  query.bind(1, begun);
  query.bind(2, static_cast<int>(kind));
  return query.executeStep() && query.getColumn(0).getInt() != 0;
}

void drop_run(SQLite::Database& sql, const Run& run) {
  SQLite::Statement count(sql,
                          "INSERT INTO dropped_runs (kind, status, count) VALUES (?, ?, 1)"
                          " ON CONFLICT (kind, status) DO UPDATE SET count = count + 1");
  count.bind(1, static_cast<int>(run.kind));
  count.bind(2, static_cast<int>(run.status));
  count.exec();
  for (const char* from :
       {"DELETE FROM applied_plans WHERE run = ?", "DELETE FROM undone_runs WHERE run = ?",
        "DELETE FROM runs WHERE id = ?"}) {
    SQLite::Statement remove(sql, from);
    remove.bind(1, run.id);
    remove.exec();
  }
}

}  // namespace

const char* to_text(RunKind kind) {
  switch (kind) {
    case RunKind::sync:
      return "sync";
    case RunKind::plan:
      return "plan";
    case RunKind::apply:
      return "apply";
    case RunKind::undo:
      return "undo";
    case RunKind::train:
      return "train";
  }
  return "?";
}

const char* to_text(RunStatus status) {
  switch (status) {
    case RunStatus::running:
      return "running";
    case RunStatus::done:
      return "done";
    case RunStatus::held:
      return "held";
    case RunStatus::failed:
      return "failed";
  }
  return "?";
}

Result<void> Runs::begin(Transaction&, const Run& run) {
  return guarded("store: begin a run", [&]() -> Result<void> {
    SQLite::Statement add(
        raw(database_),
        "INSERT INTO runs (id, begun, kind, status, as_of_ms, started_at_ms, summary)"
        " VALUES (?, (SELECT coalesce(max(begun), 0) + 1 FROM runs), ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING");
    add.bind(1, run.id);
    add.bind(2, static_cast<int>(run.kind));
    add.bind(3, static_cast<int>(RunStatus::running));
    add.bind(4, run.as_of.ms);
    add.bind(5, run.started_at.ms);
    add.bind(6, run.summary);
    if (add.exec() == 1) return {};
    return Error{
        ErrorKind::invalid_config, "store: begin run " + run.id + ": that id was used before", {}};
  });
}

Result<void> Runs::finish(Transaction&, const std::string& id, RunStatus status,
                          const std::string& summary, Instant at) {
  UPSELLD_ASSERT(status != RunStatus::running);
  return guarded("store: finish a run", [&]() -> Result<void> {
    SQLite::Statement update(
        raw(database_), "UPDATE runs SET status = ?, summary = ?, finished_at_ms = ? WHERE id = ?");
    update.bind(1, static_cast<int>(status));
    update.bind(2, summary);
    update.bind(3, at.ms);
    update.bind(4, id);
    if (update.exec() == 1) return {};
    return Error{ErrorKind::not_found, "store: finish run " + id + ": it was never begun", {}};
  });
}

Result<std::vector<Run>> Runs::list(std::size_t count_max, std::optional<RunKind> kind) const {
  return guarded("store: list runs", [&] {
    SQLite::Statement query(raw(database_), std::string(kColumns) +
                                                (kind ? "WHERE kind = :kind " : "") +
                                                "ORDER BY begun DESC LIMIT :count_max");
    if (kind) query.bind(":kind", static_cast<int>(*kind));
    query.bind(":count_max", static_cast<std::int64_t>(count_max));
    std::vector<Run> runs;
    while (query.executeStep()) runs.push_back(read_run(query));
    return runs;
  });
}

Result<void> Runs::walk(RunKind kind, std::size_t count_max,
                        const std::function<bool(const Run&)>& visit) const {
  return guarded("store: walk runs", [&]() -> Result<void> {
    SQLite::Statement query(raw(database_),
                            std::string(kColumns) + "WHERE kind = ? ORDER BY begun DESC LIMIT ?");
    query.bind(1, static_cast<int>(kind));
    query.bind(2, static_cast<std::int64_t>(count_max));
    while (query.executeStep()) {
      if (!visit(read_run(query))) break;
    }
    return {};
  });
}

Result<std::optional<Run>> Runs::last(RunKind kind) const {
  return guarded("store: find the last run", [&] {
    SQLite::Statement query(raw(database_), std::string(kColumns) +
                                                "WHERE kind = ? AND finished_at_ms IS NOT NULL"
                                                " ORDER BY begun DESC LIMIT 1");
    query.bind(1, static_cast<int>(kind));
    return one(query);
  });
}

Result<std::optional<Run>> Runs::find(const std::string& id) const {
  return guarded("store: find a run", [&] {
    SQLite::Statement query(raw(database_), std::string(kColumns) + "WHERE id = ?");
    query.bind(1, id);
    return one(query);
  });
}

Result<std::map<RunKind, std::map<RunStatus, std::uint64_t>>> Runs::counts() const {
  return guarded("store: count runs", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT kind, status, sum(count) FROM (SELECT kind, status, count(*)"
                            " AS count FROM runs GROUP BY kind, status UNION ALL SELECT kind,"
                            " status, count FROM dropped_runs) GROUP BY kind, status");
    std::map<RunKind, std::map<RunStatus, std::uint64_t>> counts;
    while (query.executeStep()) {
      const auto kind = static_cast<RunKind>(query.getColumn(0).getInt());
      const auto status = static_cast<RunStatus>(query.getColumn(1).getInt());
      counts[kind][status] = static_cast<std::uint64_t>(query.getColumn(2).getInt64());
    }
    return counts;
  });
}

Result<std::vector<Run>> Runs::unfinished() const {
  return guarded("store: list unfinished runs", [&] {
    SQLite::Statement query(raw(database_),
                            std::string(kColumns) + "WHERE finished_at_ms IS NULL ORDER BY begun");
    std::vector<Run> runs;
    while (query.executeStep()) runs.push_back(read_run(query));
    return runs;
  });
}

Result<Pruned> Runs::prune(Transaction&, Instant before, std::size_t rows_max,
                           std::int64_t& place) {
  return guarded("store: drop old runs", [&] {
    Pruned pruned;
    for (std::size_t i = 0; i < rows_max; ++i) {
      const auto next = next_before(raw(database_), before, place);
      if (!next) return pruned;
      const bool is_kept =
          next->finished_at.is_missing() || !has_successor(raw(database_), place, next->kind);
      if (is_kept) continue;
      drop_run(raw(database_), *next);
      ++pruned.rows;
    }
    pruned.is_done = false;
    return pruned;
  });
}

}  // namespace upselld::store
