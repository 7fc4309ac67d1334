// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/decide.h"
#include "plugins/connector.h"

namespace upselld::daemon {

// Decides as decide() does, and looks first what reps have written into "No upsell tasks until" of
// the accounts that are about to get a task, or would but for the hold-out: it may have been set
// after the pull, or stand in a place that no pull reads. An account that is paused leaves room for
// another one, which is looked up in turn. What was found stays in `cases`. A value that is no date
// pauses for today and adds a sentence to `notes`. Fails as Connector::current_fields does.
Result<Decided> decide_with_pauses(AccountCases& cases, const DecideInput& input,
                                   Connector& connector, std::vector<std::string>& notes);

}  // namespace upselld::daemon
