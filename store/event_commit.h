// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "store/account_directory.h"
#include "store/event_pending.h"
#include "store/event_runs.h"
#include "store/records.h"

namespace upselld::store {

// Writes what was gathered of one stream as a new run, inside the caller's transaction: replaced
// parts go, newer versions take the place of older ones, deletions leave a mark. Rows of
// `pending` are taken over: it has none after.
Result<PageCounts> commit_events(EventRuns& runs, AccountDirectory& accounts, std::uint32_t stream,
                                 bool keyed, PendingEvents& pending);

// Writes these rows of `pending` into a run, sorted by account; `visit` is told how many each
// account has. Returns how many there were. `pending` has no rows after.
std::uint64_t write_rows(EventRuns& runs, std::int64_t run, AccountDirectory& accounts,
                         PendingEvents& pending, std::span<const std::uint32_t> rows,
                         const std::function<void(std::uint32_t number, std::size_t rows)>& visit);

}  // namespace upselld::store
