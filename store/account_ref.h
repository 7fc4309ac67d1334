// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace upselld::store {

// An account as the ledger knows it. The number is the store's own and never reused; connection and
// id are what a CRM and an admin know it by.
struct AccountRef {
  std::uint32_t number = 0;  // 0: no account
  std::string connection;
  std::string id;
  bool operator==(const AccountRef&) const = default;
};

}  // namespace upselld::store
