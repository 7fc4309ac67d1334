// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/result.h"

namespace upselld::daemon {

// Asked by every command that writes into a state directory. Root, where it is another user's:
// invalid_config, for what root writes there that user could not read, and what that user put there
// may lead root elsewhere. A directory that is not there is nobody's.
Result<void> check_owner(const std::filesystem::path& state_directory);

}  // namespace upselld::daemon
