// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/result.h"
#include "core/timeline.h"

namespace upselld::store {

class Database;

struct AccountEvents {
  Vocabulary words;  // kinds and currencies only
  Timeline timeline;
};

// One account's facts, orders and activities as a walk tells them (store/timeline_walk.h), with
// those of the accounts that it stands for, but without attributes and order lines: of all other
// accounts nothing is read, and nothing of before `events_from` (store/timeline_walk.h). Any
// connection will do, also a read-only one beside a writer.
// not_found: no such account, it was merged into another one, or nothing was known of it before
// that moment.
Result<AccountEvents> read_account_events(Database& database, std::uint32_t number,
                                          Instant known_before, Instant events_from);

}  // namespace upselld::store
