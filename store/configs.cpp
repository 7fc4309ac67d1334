// SPDX-License-Identifier: Apache-2.0
#include "store/configs.h"

#include "core/digest.h"
#include "store/statements.h"

namespace upselld::store {

Result<std::string> Configs::put(Transaction&, const std::string& text) {
  return guarded("store: keep a text", [&] {
    const std::string hash = hex(sha256(text));
    SQLite::Statement add(
        raw(database_), "INSERT INTO configs (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING");
    add.bind(1, hash);
    bind_blob(add, 2, text);
    add.exec();
    return hash;
  });
}

Result<std::string> Configs::text(const std::string& hash) const {
  return guarded("store: read a text", [&]() -> Result<std::string> {
    SQLite::Statement query(raw(database_), "SELECT text FROM configs WHERE sha256 = ?");
    query.bind(1, hash);
    if (!query.executeStep()) {
      return Error{ErrorKind::not_found, "store: no settings with the hash " + hash, {}};
    }
    std::string text = text_at(query, 0);
    if (hex(sha256(text)) == hash) return text;
    return Error{ErrorKind::corrupt,
                 "store: the settings with the hash " + hash + " are damaged; restore a backup",
                 {}};
  });
}

Result<bool> Configs::use(Transaction&, const std::string& kind, const std::string& hash) {
  return guarded("store: note settings in use", [&] {
    SQLite::Statement update(raw(database_),
                             "INSERT INTO config_uses (kind, sha256) VALUES (?1, ?2)"
                             " ON CONFLICT (kind) DO UPDATE SET sha256 = ?2 WHERE sha256 <> ?2");
    update.bind(1, kind);
    update.bind(2, hash);
    return update.exec() == 1;
  });
}

Result<std::optional<std::string>> Configs::last_used(const std::string& kind) const {
  return guarded("store: read settings in use", [&] {
    SQLite::Statement query(raw(database_), "SELECT sha256 FROM config_uses WHERE kind = ?");
    query.bind(1, kind);
    return query.executeStep() ? std::optional(text_at(query, 0)) : std::nullopt;
  });
}

}  // namespace upselld::store
