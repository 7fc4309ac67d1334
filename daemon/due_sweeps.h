// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/result.h"
#include "daemon/cycle.h"
#include "store/records.h"

namespace upselld::daemon {

store::Feed feed_of(const Link& link, const StreamInfo& stream);

// Compares streams with all that their CRM has, accounts and orders once a day, others once a week,
// and deletes what is there no more: records that were purged, or erased for a person's right to
// it, are in no list of changes. Called after the connection's changes came to their end; the first
// time only notes the moment, for all was read just now. What stops a sweep short is told in
// `cycle.report.notes`: it harms nothing, and goes on from its place in a later cycle. An error is
// the store's, or `cancelled`.
Result<void> sweep_due_streams(Cycle& cycle, Link& link, store::Records& records,
                               PullReport& report);

}  // namespace upselld::daemon
