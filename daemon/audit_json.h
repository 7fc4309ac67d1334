// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/file_io.h"
#include "daemon/codec.h"
#include "store/audit_chain.h"
#include "store/audit_header.h"

namespace upselld::daemon {

// An audit entry as commands and pages tell it.
Json header_json(const store::AuditHeader& header);
// Null: an account's that was forgotten.
Json payload_json(const std::optional<std::string>& payload);
// Header and payload as one line of JSON for each entry after the sequence `after`, oldest first;
// lines end in "\n". Errors are the store's or `write`'s, or `cancelled`.
Result<void> write_audit_lines(const store::AuditChain& audit, std::uint64_t after,
                               const FileWriter& write);

}  // namespace upselld::daemon
