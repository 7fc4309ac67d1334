// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/codec.h"
#include "store/decisions.h"

namespace upselld::daemon {

// A decision as `explain --json` and the pages tell it.
Json json_of_decision(const store::StoredDecision& decision, const std::string& name);

// Whether the model knew what up-sells bring: then likelihood x gain ranks, else likelihood alone.
bool has_gain(const Score& score);

}  // namespace upselld::daemon
