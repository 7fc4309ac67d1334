// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/cycle.h"
#include "store/runs.h"

namespace upselld::daemon {

// Gives the run its id, notes what an earlier process left behind, keeps settings and playbook by
// hash (with an audit entry when they changed), and makes a ConnectionCycle for each connection
// that brings accounts and takes part.
Result<void> begin_run(Cycle& cycle, store::RunKind kind);

// Writes down how the run ended, and puts the audit's head into the report.
Result<void> end_run(Cycle& cycle, const Result<void>& outcome);

}  // namespace upselld::daemon
