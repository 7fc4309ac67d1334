// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Transaction;

struct ModelFile {
  std::string name;
  std::string bytes;
};

struct ModelInfo {
  std::string connection;  // whose accounts it is about
  std::string version;
  Instant trained_at;
  Instant as_of;
  std::string run;
  std::string card;                          // JSON
  std::string report;                        // JSON
  bool published = false;                    // live now; filled by the registry
  Instant declined_at = Instant::missing();  // a person said that it shall not rank; likewise
};

struct PublishedModel {
  std::string version;  // empty: none, the rules rank
  Instant since;
  bool rolled_back = false;  // made live by a rollback
};

// Trained models, their cards, and which of them ranks since when; one line of models per
// connection. Written inside the caller's transaction, read from any connection.
class Models {
 public:
  explicit Models(Database& database) : database_(database) {}

  // The same version with the same files again changes nothing; with other files it is corrupt: a
  // version names its bytes. One whose files were dropped gets them back, as the newest.
  Result<void> put(Transaction& transaction, const ModelInfo& model,
                   std::span<const ModelFile> files);
  // All files by name, each checked against its digest. A damaged one is corrupt, and the message
  // names model, file and remedy. An unknown version is not_found.
  Result<std::vector<ModelFile>> files(const std::string& connection,
                                       const std::string& version) const;

  // Publishing what is live already changes nothing. Without its files: not_found.
  Result<void> publish(Transaction& transaction, const std::string& connection,
                       const std::string& version, Instant at);
  // Goes back to what was live before the last publication; returns it (empty: the rules). With
  // nothing published: not_found.
  Result<std::string> rollback(Transaction& transaction, const std::string& connection, Instant at);

  // Notes that a person does not want it to rank; what ranks stays. Publishing it later is allowed.
  // Declining again changes nothing. An unknown version is not_found.
  Result<void> decline(Transaction& transaction, const std::string& connection,
                       const std::string& version, Instant at);

  Result<std::optional<std::string>> published(const std::string& connection) const;
  Result<std::optional<std::string>> live_at(const std::string& connection, Instant at) const;
  Result<std::vector<PublishedModel>> history(const std::string& connection) const;  // oldest first
  // Newest first; connection empty: all.
  Result<std::vector<ModelInfo>> list(const std::string& connection) const;
  Result<std::optional<ModelInfo>> newest(const std::string& connection) const;
  Result<std::optional<ModelInfo>> find(const std::string& connection,
                                        const std::string& version) const;

  // Drops the files of models that were trained before that and never published, but for each
  // connection's newest; card and report stay. At most that many models.
  Result<Pruned> prune(Transaction& transaction, Instant before, std::size_t models_max);

 private:
  Database& database_;
};

}  // namespace upselld::store
