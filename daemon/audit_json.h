// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "daemon/codec.h"
#include "store/audit_header.h"

namespace upselld::daemon {

// An audit entry as commands and pages tell it.
Json header_json(const store::AuditHeader& header);
// Null: an account's that was forgotten.
Json payload_json(const std::optional<std::string>& payload);

}  // namespace upselld::daemon
