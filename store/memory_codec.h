// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/memory.h"
#include "core/result.h"

namespace upselld::store {

// An account's memory as one blob: all are read on every run, and no query looks inside.
std::string encode_memory(const AccountMemory& memory);
// Damaged bytes, or ones of a later version, are corrupt.
Result<AccountMemory> decode_memory(std::string_view bytes);

}  // namespace upselld::store
