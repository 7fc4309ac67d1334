// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/result.h"

namespace upselld::store {

class Database;

struct AuditFault {
  std::uint64_t sequence = 0;
  std::string reason;
};

struct AuditVerdict {
  std::uint64_t entries = 0;
  bool valid = false;
  std::string head;  // hexadecimal
  std::optional<AuditFault> first_bad;
  // Missing, as they should be: their account was forgotten, or they are older than settings keep.
  std::uint64_t forgotten_payloads = 0;
  std::uint64_t dropped_payloads = 0;
};

// Recomputes the whole chain, one entry at a time. A changed, moved, added or missing entry makes
// the verdict invalid, which is not an error; a payload that was forgotten or dropped does not.
// With `known_head` (hexadecimal, from an earlier run's journal) the chain must contain that hash:
// then nothing before it was rewritten. A `known_head` that is no hash is invalid_config.
// `goes_on` is asked every 1,000 entries, for a long chain takes minutes: false is cancelled.
Result<AuditVerdict> verify_audit(Database& database, const std::string& known_head = {},
                                  const std::function<bool()>& goes_on = {});

}  // namespace upselld::store
