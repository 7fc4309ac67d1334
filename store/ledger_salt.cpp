// SPDX-License-Identifier: Apache-2.0
#include "store/ledger_salt.h"

#include "core/digest.h"
#include "store/statements.h"

namespace upselld::store {
namespace {
constexpr const char* kFind = "SELECT salt FROM ledger_salts WHERE name = ?";
constexpr const char* kAdd = "INSERT INTO ledger_salts (name, salt) VALUES (?, ?)";
}  // namespace

std::optional<std::string> find_ledger_salt(Statements& statements, const std::string& name) {
  auto find = statements.use(kFind);
  find->bind(1, name);
  if (!find->executeStep()) return std::nullopt;
  return text_at(*find, 0);
}

std::string ledger_salt(Statements& statements, const std::string& name) {
  if (auto salt = find_ledger_salt(statements, name)) return *salt;
  std::string made = random_bytes(32);
  auto add = statements.use(kAdd);
  add->bind(1, name);
  bind_blob(*add, 2, made);
  add->exec();
  return made;
}

}  // namespace upselld::store
