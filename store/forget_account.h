// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "store/forgotten.h"
#include "store/records.h"

namespace upselld::store {

struct ForgetNote {
  std::string run;
  Instant at;
};

// Removes all that the store has of an account, of those merged into it, and of the values by which
// other feeds name them, and keeps all of these out; appends `forgotten`. After the caller's commit
// truncate the log. `number`: of any of them. not_found: there is no such account. Nothing may be
// gathered in `records`; if the transaction is not committed, open a new one.
Result<void> forget_account(Database& database, Records& records, Transaction& transaction,
                            std::uint32_t number, const ForgetNote& note);

// Forgets, in a store that comes from a backup, what `known` names, and goes on to keep it out: one
// transaction of its own. Returns how many accounts that were.
Result<std::uint64_t> forget_again(Database& database, const ForgottenHashes& known,
                                   const ForgetNote& note);

}  // namespace upselld::store
