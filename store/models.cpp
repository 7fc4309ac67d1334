// SPDX-License-Identifier: Apache-2.0
#include "store/models.h"

#include "core/digest.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

std::string digest_of(const std::string& bytes) {
  const Sha256Digest digest = sha256(bytes);
  return std::string(digest.begin(), digest.end());
}

std::string name_of(const std::string& connection, const std::string& version) {
  return connection.empty() ? "model " + version : "model " + version + " of " + connection;
}

// Name and digest of each file, sorted: what a version stands for.
std::vector<std::pair<std::string, std::string>> digests_stored(SQLite::Database& sql,
                                                                const std::string& connection,
                                                                const std::string& version) {
  SQLite::Statement query(sql,
                          "SELECT name, sha256 FROM model_files WHERE connection = ?"
                          " AND version = ? ORDER BY name");
  query.bind(1, connection);
  query.bind(2, version);
  std::vector<std::pair<std::string, std::string>> digests;
  while (query.executeStep()) digests.emplace_back(text_at(query, 0), text_at(query, 1));
  return digests;
}

bool insert_model(SQLite::Database& sql, const ModelInfo& model) {
  SQLite::Statement add(
      sql,
      "INSERT INTO models (connection, version, stored, trained_at_ms, as_of_ms, run,"
      " card, report) VALUES (?, ?, (SELECT coalesce(max(stored), 0) + 1"
      " FROM models), ?, ?, ?, ?, ?) ON CONFLICT (connection, version) DO NOTHING");
  add.bind(1, model.connection);
  add.bind(2, model.version);
  add.bind(3, model.trained_at.ms);
  add.bind(4, model.as_of.ms);
  add.bind(5, model.run);
  add.bind(6, model.card);
  add.bind(7, model.report);
  return add.exec() == 1;
}

void renew_model(SQLite::Database& sql, const ModelInfo& model) {
  SQLite::Statement update(sql,
                           "UPDATE models SET stored = (SELECT max(stored) + 1 FROM models),"
                           " trained_at_ms = ?, run = ? WHERE connection = ? AND version = ?");
  update.bind(1, model.trained_at.ms);
  update.bind(2, model.run);
  update.bind(3, model.connection);
  update.bind(4, model.version);
  update.exec();
}

void insert_files(SQLite::Database& sql, const ModelInfo& model, std::span<const ModelFile> files) {
  SQLite::Statement add(sql,
                        "INSERT INTO model_files (connection, version, name, sha256, bytes)"
                        " VALUES (?, ?, ?, ?, ?)");
  for (const ModelFile& file : files) {
    const std::string digest = digest_of(file.bytes);
    add.reset();
    add.bind(1, model.connection);
    add.bind(2, model.version);
    add.bind(3, file.name);
    bind_blob(add, 4, digest);
    bind_blob(add, 5, file.bytes);
    add.exec();
  }
}

bool same_files(SQLite::Database& sql, const ModelInfo& model, std::span<const ModelFile> files) {
  const auto stored = digests_stored(sql, model.connection, model.version);
  if (stored.size() != files.size()) return false;
  for (const ModelFile& file : files) {
    bool found = false;
    for (const auto& [name, digest] : stored) {
      found = found || (name == file.name && digest == digest_of(file.bytes));
    }
    if (!found) return false;
  }
  return true;
}

ModelInfo read_model(SQLite::Statement& row) {
  ModelInfo model;
  model.connection = text_at(row, 0);
  model.version = text_at(row, 1);
  model.trained_at.ms = row.getColumn(2).getInt64();
  model.as_of.ms = row.getColumn(3).getInt64();
  model.run = text_at(row, 4);
  model.card = text_at(row, 5);
  model.report = text_at(row, 6);
  model.published = row.getColumn(7).getInt() != 0;
  if (!row.getColumn(8).isNull()) model.declined_at.ms = row.getColumn(8).getInt64();
  return model;
}

constexpr const char* kModels =
    "SELECT connection, version, trained_at_ms, as_of_ms, run, card, report,"
    " version = coalesce((SELECT p.version FROM model_publications AS p"
    " WHERE p.connection = models.connection ORDER BY p.id DESC LIMIT 1), ''), declined_at_ms FROM "
    "models ";

}  // namespace

Result<void> Models::put(Transaction&, const ModelInfo& model, std::span<const ModelFile> files) {
  return guarded("store: put a model", [&]() -> Result<void> {
    UPSELLD_ASSERT(!model.version.empty());
    const bool is_new = insert_model(raw(database_), model);
    const bool is_back =
        !is_new && digests_stored(raw(database_), model.connection, model.version).empty();
    if (is_back) renew_model(raw(database_), model);
    if (is_new || is_back) {
      insert_files(raw(database_), model, files);
      return {};
    }
    if (same_files(raw(database_), model, files)) return {};
    return Error{ErrorKind::corrupt,
                 "store: put " + name_of(model.connection, model.version) +
                     ": this version exists with other files; train again after `upselld backup`",
                 {}};
  });
}

Result<std::vector<ModelFile>> Models::files(const std::string& connection,
                                             const std::string& version) const {
  using Files = std::vector<ModelFile>;
  return guarded("store: load a model", [&]() -> Result<Files> {
    SQLite::Statement query(raw(database_),
                            "SELECT name, sha256, bytes FROM model_files WHERE connection = ?"
                            " AND version = ? ORDER BY name");
    query.bind(1, connection);
    query.bind(2, version);
    Files files;
    while (query.executeStep()) {
      files.push_back({text_at(query, 0), text_at(query, 2)});
      if (digest_of(files.back().bytes) == text_at(query, 1)) continue;
      return Error{ErrorKind::corrupt,
                   "load " + name_of(connection, version) + ": its file " + files.back().name +
                       " is damaged; go back with `upselld models rollback`, or train again with"
                       " `upselld train`",
                   {}};
    }
    if (!files.empty()) return files;
    return Error{ErrorKind::not_found,
                 "load " + name_of(connection, version) + ": there is none; see: upselld models",
                 {}};
  });
}

Result<std::vector<ModelInfo>> Models::list(const std::string& connection) const {
  return guarded("store: list models", [&] {
    SQLite::Statement query(raw(database_),
                            std::string(kModels) +
                                (connection.empty() ? "" : "WHERE connection = :connection ") +
                                "ORDER BY stored DESC");
    if (!connection.empty()) query.bind(":connection", connection);
    std::vector<ModelInfo> models;
    while (query.executeStep()) models.push_back(read_model(query));
    return models;
  });
}

Result<std::optional<ModelInfo>> Models::newest(const std::string& connection) const {
  return guarded("store: find the newest model", [&] {
    SQLite::Statement query(
        raw(database_), std::string(kModels) + "WHERE connection = ? ORDER BY stored DESC LIMIT 1");
    query.bind(1, connection);
    return query.executeStep() ? std::optional(read_model(query)) : std::nullopt;
  });
}

Result<std::optional<ModelInfo>> Models::find(const std::string& connection,
                                              const std::string& version) const {
  return guarded("store: find a model", [&] {
    SQLite::Statement query(raw(database_),
                            std::string(kModels) + "WHERE connection = ? AND version = ?");
    query.bind(1, connection);
    query.bind(2, version);
    return query.executeStep() ? std::optional(read_model(query)) : std::nullopt;
  });
}

Result<Pruned> Models::prune(Transaction&, Instant before, std::size_t models_max) {
  return guarded("store: drop files of old models", [&] {
    SQLite::Statement query(
        raw(database_),
        "SELECT connection, version FROM models AS old WHERE trained_at_ms < ?1"
        " AND EXISTS (SELECT 1 FROM model_files AS f WHERE f.connection = old.connection"
        " AND f.version = old.version)"
        " AND EXISTS (SELECT 1 FROM models AS newer WHERE newer.connection = old.connection"
        " AND newer.stored > old.stored)"
        " AND NOT EXISTS (SELECT 1 FROM model_publications AS p WHERE p.connection ="
        " old.connection AND p.version = old.version) ORDER BY stored LIMIT ?2");
    query.bind(1, before.ms);
    query.bind(2, static_cast<std::int64_t>(models_max));
    std::vector<std::pair<std::string, std::string>> old;
    while (query.executeStep()) old.emplace_back(text_at(query, 0), text_at(query, 1));
    SQLite::Statement drop(raw(database_),
                           "DELETE FROM model_files WHERE connection = ? AND version = ?");
    for (const auto& [connection, version] : old) {
      drop.reset();
      drop.bind(1, connection);
      drop.bind(2, version);
      drop.exec();
    }
    return Pruned{old.size(), old.size() < models_max};
  });
}

}  // namespace upselld::store
