// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "core/result.h"

namespace upselld::store {

class Database;

// All that the ledger knows, as sorted lines of text, without what may differ between two ways to
// the same state: run ids, times, attempts, row ids, account numbers, random keys, entries of kind
// `run`. Two stores with equal texts hold the same decisions, deliveries, memories and audit. For
// tests that compare an interrupted with an undisturbed run. Lines end in "\n".
Result<void> export_canonical(Database& database,
                              const std::function<void(std::string_view line)>& write);

}  // namespace upselld::store
