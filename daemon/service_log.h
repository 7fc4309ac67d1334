// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/run_report.h"

namespace upselld::daemon {

// What a cycle of `what` ("crm", "all") came to, as lines of the service's log: one for the run,
// and one for each connection that failed or was held, and for each note.
void log_outcome(const std::string& what, const Result<RunReport>& report, std::int64_t seconds,
                 Instant at);

// The exit code of `upselld sync` for the same cycle; one that was asked to stop did what it was
// told.
int exit_code_of(const Result<RunReport>& report);

}  // namespace upselld::daemon
