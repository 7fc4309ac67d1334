// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/cycle.h"

namespace upselld::daemon {

// What the store and the audit keep of a held run, as JSON: why in words, and as numbers the
// accounts that were missing.
std::string held_reason(const std::string& connection, const std::string& why,
                        const AccountsLost& lost);
// The accounts that were missing when the run was held. None were, or a former version wrote the
// reason: known 0.
AccountsLost lost_when_held(const std::string& reason);

// Few runs look at all accounts. What the last look missed counts until the next one, as long as
// its hold waits: that no later run looked is no sign that they are back.
Result<void> recall_lost(App& app, ConnectionCycle& connection);

}  // namespace upselld::daemon
