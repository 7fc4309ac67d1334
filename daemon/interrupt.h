// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

namespace upselld::daemon {

// Ctrl-C and SIGTERM ask the running work to stop at its next safe place; a second signal ends the
// process at once. Call once, before any thread starts.
void stop_on_signals();

// Stops when a signal came.
std::stop_token stop_signal();

}  // namespace upselld::daemon
