// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "core/host.h"

namespace upselld::daemon {

// Lines on stderr: "warning: crm: ...". Debug lines are dropped.
std::unique_ptr<Log> make_stderr_log(const std::string& connection, bool quiet);

// The world of one connection. Its transport refuses: no connector of this build needs a network,
// and none gets one that it does not need.
std::unique_ptr<Host> make_host(const std::string& connection, const Clock& clock,
                                const std::filesystem::path& scratch_dir, std::stop_token stop,
                                bool quiet);

}  // namespace upselld::daemon
