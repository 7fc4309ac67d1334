// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace upselld::store {

class Database;
class Transaction;

// Settings, playbooks and other texts that decisions rest on, each stored once by its SHA-256.
// Written inside the caller's transaction, read from any connection.
class Configs {
 public:
  explicit Configs(Database& database) : database_(database) {}

  // Returns the hash in hexadecimal. A text that is there already is not stored again.
  Result<std::string> put(Transaction& transaction, const std::string& text);
  // not_found when it was never stored; corrupt when it no longer is what its hash says.
  Result<std::string> text(const std::string& hash) const;

  // Remembers that `hash` is in use as `kind` ("settings", "playbook", "feature_table"). True when
  // another one, or none, was in use before.
  Result<bool> use(Transaction& transaction, const std::string& kind, const std::string& hash);
  Result<std::optional<std::string>> last_used(const std::string& kind) const;

 private:
  Database& database_;
};

}  // namespace upselld::store
