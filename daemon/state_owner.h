// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/result.h"

namespace upselld::daemon {

// Asked by every command that writes into a state directory. Another user's: invalid_config for
// whom it is closed to, who would else be told that there is nothing in it, and for root always:
// what root writes there that user could not read, and what that user put there may lead root
// elsewhere. A directory that is not there is nobody's.
Result<void> check_owner(const std::filesystem::path& state_directory);

// The same for commands that read: root may.
Result<void> check_reader(const std::filesystem::path& state_directory);

}  // namespace upselld::daemon
