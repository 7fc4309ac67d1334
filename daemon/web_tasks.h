// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/app.h"
#include "daemon/codec.h"

namespace upselld::daemon {

// What became of our newest tasks: how many were made, are open, were closed with which outcome,
// were withdrawn.
Result<Json> task_totals(App& app);

}  // namespace upselld::daemon
