// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/instant.h"

namespace upselld::daemon {

// What the service tells: lines for the log, states for the service manager.

enum class LogPriority { error = 3, warning = 4, info = 6 };

using EventValues = std::vector<std::pair<std::string, std::string>>;

// "at=2026-11-02T10:00:00Z event=sync status=done\n". Values with blanks or quotes are quoted, line
// ends are written as \n, and what a terminal would obey is left out. Under journald
// (JOURNAL_STREAM), which writes down the time itself, the line begins with its priority instead.
std::string event_line(LogPriority priority, Instant at, const std::string& event,
                       const EventValues& values = {});
// The same on standard error.
void log_event(LogPriority priority, Instant at, const std::string& event,
               const EventValues& values = {});

// "READY=1", "STATUS=...": see sd_notify(3). Nothing where no service manager listens.
void tell_service_manager(const std::string& state);
// How long the service manager waits for a WATCHDOG=1 before it takes the service for dead; 0: it
// does not.
Duration watchdog_limit();

}  // namespace upselld::daemon
