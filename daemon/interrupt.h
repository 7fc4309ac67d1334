// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

namespace upselld::daemon {

// Ctrl-C, SIGTERM and a hangup ask the running work to stop at its next safe place; a second one
// ends the process at once. A hangup that was ignored from the start, as under nohup, stays so.
// Call once, before any thread starts.
void stop_on_signals();

// Stops when a signal came.
std::stop_token stop_signal();

// From now on a hangup stops nothing: take_hangup() tells of it.
void take_hangups();
// True once for each hangup.
bool take_hangup();
// Stops at a stop, and at a hangup that was not taken yet: for waits that a hangup is to end.
std::stop_token wake_signal();
// Ends a wait on wake_signal() as a hangup does, until take_hangup() was called. From any thread.
void wake_up();

}  // namespace upselld::daemon
