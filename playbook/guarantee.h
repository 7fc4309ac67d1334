// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "playbook/rules.h"

namespace upselld::playbook {

// True when every account that `when` takes has a value for the attribute or feature `name`: it is
// tested there (not with `missing`), or implied by a tag, or by having bought.
bool guarantees(const Condition& when, const std::string& name, const Rules& rules,
                const RuleNames& names);

}  // namespace upselld::playbook
