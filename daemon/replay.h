// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/app.h"

namespace upselld::daemon {

struct ReplayDifference {
  std::uint64_t sequence = 0;  // of the audit entry; 0: rows of the store
  std::string account;         // CRM id
  std::string what;            // what is different, or why it cannot be computed
};

struct ReplayResult {
  std::uint64_t decisions = 0;
  std::uint64_t equal = 0;
  std::uint64_t forgotten = 0;  // payloads that are gone, as they should be
  std::vector<ReplayDifference> different;
};

// Computes every decision of a run (empty: of all runs) again from what the audit kept: score,
// reasons, segment, band, action, task and caps, and compares bit for bit.
Result<ReplayResult> replay_decisions(App& app, const std::string& run);

// Rebuilds the feature rows of a run's decisions (empty: of the newest run) from the store and says
// whose are not what they were: a late record, an edit, a merge, a forgotten account.
Result<ReplayResult> replay_from_data(App& app, const std::string& run);

}  // namespace upselld::daemon
