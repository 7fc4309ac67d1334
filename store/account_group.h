// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "store/account_ref.h"

namespace upselld::store {

class Database;

// A value by which the events of feeds that join name an account. `space` is the connection and the
// attribute, with a unit separator between them.
struct JoinedId {
  std::string space;
  std::string id;
  bool operator==(const JoinedId&) const = default;
};

// All that one account is known by.
struct AccountGroup {
  std::vector<AccountRef> accounts;  // the survivor first, then those merged into it, by number
  std::vector<JoinedId> joined;      // also those under which no event came yet
};

// Of the account that `number` stands for. A value that another account has as well is nobody's,
// and left out once an event came under it. not_found: there is no such account.
Result<AccountGroup> account_group(Database& database, std::uint32_t number);

}  // namespace upselld::store
