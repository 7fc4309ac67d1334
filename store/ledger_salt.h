// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace upselld::store {

class Statements;

// A random salt of this state directory, made when first asked for; inside a write transaction.
// Throws what SQLite throws.
std::string ledger_salt(Statements& statements, const std::string& name);
// Nothing when it was never made.
std::optional<std::string> find_ledger_salt(Statements& statements, const std::string& name);

}  // namespace upselld::store
