// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/decision.h"

namespace upselld {

// Whether a CRM that was sent one value may show the other for it without anybody having changed
// it: blanks trimmed or joined, a number rounded to whole, an instant cut to its minute, a picklist
// in other capitals. Both in our words; empty is no value.
bool may_be_stored_as(Field field, const std::string& sent, const std::string& read);

}  // namespace upselld
