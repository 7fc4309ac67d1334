// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"

namespace upselld::daemon {

// Runs a program, without a shell, with `input` and a line end on its standard input, and waits.
// Killed when `over` stops. Not found, killed, or an exit other than 0: an error that names the
// program.
Result<void> run_notify_command(const std::vector<std::string>& words, const std::string& input,
                                const std::stop_token& over);

}  // namespace upselld::daemon
