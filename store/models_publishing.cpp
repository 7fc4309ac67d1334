// SPDX-License-Identifier: Apache-2.0
#include "store/models.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

void add_publication(SQLite::Database& sql, const std::string& connection,
                     const PublishedModel& publication) {
  SQLite::Statement add(sql,
                        "INSERT INTO model_publications (connection, version, at_ms, is_rollback)"
                        " VALUES (?, ?, ?, ?)");
  add.bind(1, connection);
  add.bind(2, publication.version);
  add.bind(3, publication.since.ms);
  add.bind(4, publication.rolled_back ? 1 : 0);
  add.exec();
}

bool has_files(SQLite::Database& sql, const std::string& connection, const std::string& version) {
  SQLite::Statement query(sql,
                          "SELECT 1 FROM model_files WHERE connection = ? AND version = ? LIMIT 1");
  query.bind(1, connection);
  query.bind(2, version);
  return query.executeStep();
}

// The versions under the live one, the live one last: a rollback takes one away.
std::vector<std::string> stack_of(const std::vector<PublishedModel>& history) {
  std::vector<std::string> stack;
  for (const PublishedModel& publication : history) {
    if (publication.rolled_back) {
      stack.pop_back();
    } else {
      stack.push_back(publication.version);
    }
  }
  return stack;
}

}  // namespace

Result<void> Models::publish(Transaction&, const std::string& connection,
                             const std::string& version, Instant at) {
  const Result<std::optional<ModelInfo>> model = find(connection, version);
  if (!model) return model.error();
  if (!*model) {
    return Error{ErrorKind::not_found,
                 "publish model " + version + ": there is none; see: upselld models",
                 {}};
  }
  if ((*model)->published) return {};
  return guarded("store: publish a model", [&]() -> Result<void> {
    if (!has_files(raw(database_), connection, version)) {
      return Error{ErrorKind::not_found,
                   "publish model " + version +
                       ": it was never live, and its files are no longer kept (`retention: "
                       "models`); train again with `upselld train`",
                   {}};
    }
    add_publication(raw(database_), connection, {version, at, /*rolled_back=*/false});
    return {};
  });
}

Result<std::string> Models::rollback(Transaction&, const std::string& connection, Instant at) {
  const Result<std::vector<PublishedModel>> past = history(connection);
  if (!past) return past.error();
  const std::vector<std::string> stack = stack_of(*past);
  if (stack.empty()) {
    return Error{ErrorKind::not_found, "roll back: no model is published; the rules rank", {}};
  }
  return guarded("store: roll a model back", [&] {
    const std::string before = stack.size() > 1 ? stack[stack.size() - 2] : std::string();
    add_publication(raw(database_), connection, {before, at, /*rolled_back=*/true});
    return before;
  });
}

Result<void> Models::decline(Transaction&, const std::string& connection,
                             const std::string& version, Instant at) {
  return guarded("store: decline a model", [&]() -> Result<void> {
    SQLite::Statement update(raw(database_),
                             "UPDATE models SET declined_at_ms = ifnull(declined_at_ms, ?)"
                             " WHERE connection = ? AND version = ?");
    update.bind(1, at.ms);
    update.bind(2, connection);
    update.bind(3, version);
    if (update.exec() == 1) return {};
    return Error{ErrorKind::not_found,
                 "decline model " + version + ": there is none; see: upselld models",
                 {}};
  });
}

Result<std::optional<std::string>> Models::published(const std::string& connection) const {
  return live_at(connection, Instant{std::numeric_limits<std::int64_t>::max()});
}

Result<std::optional<std::string>> Models::live_at(const std::string& connection,
                                                   Instant at) const {
  return guarded("store: find the live model", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT version FROM model_publications WHERE connection = ?"
                            " AND at_ms <= ? ORDER BY id DESC LIMIT 1");
    query.bind(1, connection);
    query.bind(2, at.ms);
    std::optional<std::string> version;
    if (query.executeStep()) version = text_at(query, 0);
    if (version && version->empty()) version.reset();
    return version;
  });
}

Result<std::vector<PublishedModel>> Models::history(const std::string& connection) const {
  return guarded("store: read publications", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT version, at_ms, is_rollback FROM model_publications"
                            " WHERE connection = ? ORDER BY id");
    query.bind(1, connection);
    std::vector<PublishedModel> history;
    while (query.executeStep()) {
      history.push_back({text_at(query, 0), Instant{query.getColumn(1).getInt64()},
                         query.getColumn(2).getInt() != 0});
    }
    return history;
  });
}

}  // namespace upselld::store
