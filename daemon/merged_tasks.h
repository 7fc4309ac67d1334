// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/cycle.h"

namespace upselld::daemon {

// A CRM moves the tasks of an account that is merged away to the one that took it in; so does our
// memory: an open task stands for both, else the one that was closed last. Where both have one
// open, that of the account that is gone is withdrawn.
Result<void> fold_merged_tasks(Cycle& cycle);

}  // namespace upselld::daemon
