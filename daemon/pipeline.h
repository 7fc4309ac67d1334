// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/cycle.h"

namespace upselld::daemon {

// One cycle, from pulling to delivering: see ARCHITECTURE.md. The run is in the store however it
// ends; an error is what stopped the whole cycle, a connection that failed is in the report.
Result<RunReport> run_cycle(App& app, const CycleOptions& options);

}  // namespace upselld::daemon
