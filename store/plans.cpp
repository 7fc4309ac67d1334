// SPDX-License-Identifier: Apache-2.0
#include "store/plans.h"

#include "store/delivery_row.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kFindFields =
    "SELECT values_before, values_written FROM written_fields WHERE run = ? AND account = ?";
constexpr const char* kPutFields =
    "INSERT INTO written_fields (run, account, connection, crm_id, values_before, values_written)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (run, account)"
    " DO UPDATE SET values_before = ?5, values_written = ?6";
constexpr const char* kPutTask =
    "INSERT INTO written_tasks (run, task_key, is_withdrawn, account, connection, crm_id,"
    " task_crm_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (run, task_key, is_withdrawn)"
    " DO UPDATE SET task_crm_id = ?7";

struct Values {
  FieldValues before, written;
};

Result<Values> read_values(SQLite::Statement& row, int column) {
  Result<FieldValues> before = fields_from_json(text_at(row, column));
  Result<FieldValues> written = fields_from_json(text_at(row, column + 1));
  if (!before) return before.error();
  if (!written) return written.error();
  return Values{std::move(*before), std::move(*written)};
}

Result<Values> known_values(Statements& statements, const std::string& run, std::uint32_t account) {
  auto query = statements.use(kFindFields);
  query->bindNoCopy(1, run);
  query->bind(2, account);
  if (!query->executeStep()) return Values();
  return read_values(*query, 0);
}

// Both walk the key of their table, which begins with the run.
constexpr const char* kDropFields =
    "DELETE FROM written_fields WHERE run = ?1 AND account IN"
    " (SELECT account FROM written_fields WHERE run = ?1 LIMIT ?2)";
constexpr const char* kDropTasks =
    "DELETE FROM written_tasks WHERE run = ?1 AND task_key IN"
    " (SELECT task_key FROM written_tasks WHERE run = ?1 LIMIT ?2)";

std::optional<std::string> find_run(Database& database, const char* sql, const std::string& id) {
  SQLite::Statement query(raw(database), sql);
  query.bind(1, id);
  return query.executeStep() ? std::optional(text_at(query, 0)) : std::nullopt;
}

}  // namespace

Plans::Plans(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
Plans::~Plans() = default;

Result<void> Plans::note_fields(Transaction&, const std::string& run, const WrittenFields& fields) {
  return guarded("store: note written fields", [&]() -> Result<void> {
    Result<Values> values = known_values(*statements_, run, fields.account.number);
    if (!values) return in_context("store: note written fields", values.error());
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (!fields.written[i]) continue;
      if (!values->written[i]) values->before[i] = fields.before[i].value_or("");
      values->written[i] = fields.written[i];
    }
    auto put = statements_->use(kPutFields);
    put->bindNoCopy(1, run);
    put->bind(2, fields.account.number);
    put->bindNoCopy(3, fields.account.connection);
    put->bindNoCopy(4, fields.account.id);
    put->bind(5, fields_to_json(values->before));
    put->bind(6, fields_to_json(values->written));
    put->exec();
    return {};
  });
}

Result<void> Plans::note_task(Transaction&, const std::string& run, const WrittenTask& task) {
  return guarded("store: note a written task", [&] {
    auto put = statements_->use(kPutTask);
    put->bindNoCopy(1, run);
    put->bindNoCopy(2, task.key);
    put->bind(3, task.withdrawn ? 1 : 0);
    put->bind(4, task.account.number);
    put->bindNoCopy(5, task.account.connection);
    put->bindNoCopy(6, task.account.id);
    put->bindNoCopy(7, task.crm_id);
    put->exec();
  });
}

Result<void> Plans::note_applied(Transaction&, const std::string& plan, const std::string& run) {
  return guarded("store: note an applied plan", [&]() -> Result<void> {
    SQLite::Statement add(
        raw(database_),
        "INSERT INTO applied_plans (plan, run) VALUES (?, ?) ON CONFLICT DO NOTHING");
    add.bind(1, plan);
    add.bind(2, run);
    if (add.exec() == 1) return {};
    return Error{
        ErrorKind::invalid_config, "plan " + plan + " was applied before; make a new one", {}};
  });
}

Result<void> Plans::note_undone(Transaction&, const std::string& run,
                                const std::string& undone_by) {
  return guarded("store: note an undone run", [&] {
    SQLite::Statement put(raw(database_),
                          "INSERT INTO undone_runs (run, undone_by) VALUES (?1, ?2)"
                          " ON CONFLICT (run) DO UPDATE SET undone_by = ?2");
    put.bind(1, run);
    put.bind(2, undone_by);
    put.exec();
  });
}

Result<std::optional<std::string>> Plans::applied_by(const std::string& plan) const {
  return guarded("store: find who applied a plan", [&] {
    return find_run(database_, "SELECT run FROM applied_plans WHERE plan = ?", plan);
  });
}

Result<std::optional<std::string>> Plans::undone_by(const std::string& run) const {
  return guarded("store: find who undid a run", [&] {
    return find_run(database_, "SELECT undone_by FROM undone_runs WHERE run = ?", run);
  });
}

Result<std::vector<WrittenFields>> Plans::fields_of(const std::string& run) const {
  using All = std::vector<WrittenFields>;
  return guarded("store: read what a run wrote", [&]() -> Result<All> {
    SQLite::Statement query(raw(database_),
                            "SELECT account, connection, crm_id, values_before, values_written"
                            " FROM written_fields WHERE run = ? ORDER BY connection, crm_id");
    query.bind(1, run);
    All all;
    while (query.executeStep()) {
      Result<Values> values = read_values(query, 3);
      if (!values) return in_context("store: read what a run wrote", values.error());
      all.push_back({{query.getColumn(0).getUInt(), text_at(query, 1), text_at(query, 2)},
                     std::move(values->before),
                     std::move(values->written)});
    }
    return all;
  });
}

Result<std::vector<WrittenTask>> Plans::tasks_of(const std::string& run) const {
  return guarded("store: read a run's tasks", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT account, connection, crm_id, task_key, task_crm_id,"
                            " is_withdrawn FROM written_tasks WHERE run = ?"
                            " ORDER BY connection, crm_id, task_key, is_withdrawn");
    query.bind(1, run);
    std::vector<WrittenTask> tasks;
    while (query.executeStep()) {
      tasks.push_back({{query.getColumn(0).getUInt(), text_at(query, 1), text_at(query, 2)},
                       text_at(query, 3),
                       text_at(query, 4),
                       query.getColumn(5).getInt() != 0});
    }
    return tasks;
  });
}

Result<void> Plans::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove undo records", [&] {
    for (const char* table : {"written_fields", "written_tasks"}) {
      SQLite::Statement remove(raw(database_),
                               std::string("DELETE FROM ") + table + " WHERE account = ?");
      remove.bind(1, account);
      remove.exec();
    }
  });
}

Result<Pruned> Plans::prune(Transaction&, Instant before, std::size_t rows_max,
                            std::int64_t& place) {
  return guarded("store: drop old undo records", [&] {
    Pruned pruned;
    // A run that wrote nothing counts as a row, so that a step stays short.
    for (std::size_t looked = 0; looked < rows_max;) {
      SQLite::Statement next(raw(database_),
                             "SELECT id, begun, started_at_ms FROM runs WHERE begun > ?"
                             " ORDER BY begun LIMIT 1");
      next.bind(1, place);
      if (!next.executeStep() || instant_at(next, 2) >= before) return pruned;
      const std::string run = text_at(next, 0);
      std::size_t dropped = 0;
      for (const char* sql : {kDropFields, kDropTasks}) {
        auto drop = statements_->use(sql);
        drop->bindNoCopy(1, run);
        drop->bind(2, static_cast<std::int64_t>(rows_max - looked));
        dropped += static_cast<std::size_t>(drop->exec());
      }
      pruned.rows += dropped;
      looked += dropped + 1;
      // Cut short, the run is met again.
      if (looked <= rows_max) place = next.getColumn(1).getInt64();
    }
    pruned.is_done = false;
    return pruned;
  });
}

}  // namespace upselld::store
