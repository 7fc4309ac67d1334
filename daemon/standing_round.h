// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "daemon/cycle.h"
#include "store/rounds.h"

namespace upselld::daemon {

// Whether the connection's last round of decisions would come out the same now: no news were pulled
// since, no account is missing, no run is held, settings, playbook, model and program are the same,
// nobody but syncs did anything, and no hour was passed at which time alone decides. Then the
// report tells its figures and names its run, and so does the audit.
Result<bool> last_round_stands(Cycle& cycle, ConnectionCycle& connection);

// The round that this cycle has decided, to be kept with its decisions.
Result<store::Round> round_of(Cycle& cycle, const ConnectionCycle& connection);

}  // namespace upselld::daemon
