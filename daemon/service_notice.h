// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/instant.h"

namespace upselld::daemon {

// What the service tells: lines for the log, states for the service manager.

enum class LogPriority { error = 3, warning = 4, info = 6 };

// One line on standard error: "at=2026-11-02T10:00:00Z event=sync status=done". Values with blanks,
// quotes or line ends are quoted. Under journald (JOURNAL_STREAM), which writes down the time
// itself, the line begins with its priority instead.
void log_event(LogPriority priority, Instant at, std::string_view event,
               const std::vector<std::pair<std::string, std::string>>& values = {});

// "READY=1", "STATUS=...": see sd_notify(3). Nothing where no service manager listens.
void tell_service_manager(const std::string& state);

}  // namespace upselld::daemon
