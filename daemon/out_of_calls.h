// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "daemon/app.h"
#include "daemon/run_report.h"

namespace upselld::daemon {

// What to tell of a stop with budget_exhausted; `unread`: streams that it left unread.
OutOfCalls out_of_calls(const Link& link, const Error& stop, std::vector<std::string> unread);

// Whether the store holds only the first part of what a pull of the connection brings, for one
// stopped half-way: for want of calls, by a fault, or with its process. Nothing is learnt from a
// part nor decided on it: accounts whose orders are still to come look as if they never bought.
Result<bool> is_part_pulled(Ledger& ledger, const std::string& connection);
Result<void> mark_pulled(Ledger& ledger, const std::string& connection, bool is_part);
// The error of a command that needs a whole pull.
Error part_pulled_error(const std::string& connection);

}  // namespace upselld::daemon
