// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "core/result.h"
#include "store/database.h"

namespace upselld::store {

// What `upselld restore` does to files, in this order. Its caller has the StateLock.

// A copy of `source`, with what stands in the log beside it, opened and brought to this program's
// version; `source` is only read. What an attempt that was killed left at `target` is removed.
// Errors as Database::open's, for a damaged or foreign file must not replace a store; then nothing
// is left at `target`.
Result<Database> open_copy(const std::filesystem::path& source,
                           const std::filesystem::path& target);

// Puts `incoming`, which nobody has open, in the place of the store at `target`. What stood there,
// down to its newest commit, is `aside` from then on, which must not exist; a damaged one too.
// False: nothing stood there. Whenever it is killed, there is a store at `target` that is whole,
// the old one or the new one. busy: somebody reads the old one and did not end in time; nothing was
// changed.
Result<bool> replace_store(const std::filesystem::path& incoming,
                           const std::filesystem::path& target, const std::filesystem::path& aside);

}  // namespace upselld::store
