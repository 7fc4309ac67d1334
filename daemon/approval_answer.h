// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/app.h"

namespace upselld::daemon {

// Stores a person's yes or no to a task that waits for it, with the audit entry that says whose it
// was. The same answer again changes nothing. An unknown key is not_found; one that was answered
// differently is invalid_config. `app` may write.
Result<void> answer_approval(App& app, const std::string& key, store::ApprovalState answer,
                             const std::string& by);

}  // namespace upselld::daemon
