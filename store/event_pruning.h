// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "core/instant.h"
#include "core/result.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Transaction;

// One step of dropping orders, order lines and activities that happened before `before`, inside the
// caller's transaction: at most `blocks_max` blocks are read. How far it came stands in the store:
// after a restart it goes on there, and what was looked through for `before` or a later moment is
// not read again. Only hashes of ids and their versions stay, so that a CRM that shows such a
// record again, unchanged, tells no news. Events that come later, however old, stay until a later
// `before`.
Result<Pruned> prune_events(Database& database, Transaction& transaction, Instant before,
                            std::size_t blocks_max);

}  // namespace upselld::store
