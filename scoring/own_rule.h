// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/records.h"

namespace upselld::scoring {

// What the admin's rules say by themselves of an account as it was known at some moment: the number
// of the first that holds, from 1; 0: none. Of the account only attributes are known; `row` is of
// the whole feature table. Asked by several threads at once. It decides nothing: it stands
// beside the model in the report. Empty: there are no such rules.
using OwnRuleAnswer =
    std::function<std::uint8_t(const AccountFacts& then, std::span<const float> row)>;

}  // namespace upselld::scoring
