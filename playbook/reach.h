// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "playbook/condition.h"

namespace upselld::playbook {

// Whether any account can reach a rule. Every key that rules test is cut into the cells between the
// values they name (and "missing"); rules are sets of boxes of such cells. What cannot be settled
// within the work limit counts as reachable: only what is proven is reported.
struct Reach {
  bool possible = true;             // its own tests do not exclude each other
  bool left_by_others = true;       // earlier rules leave something to it
  std::vector<std::size_t> takers;  // earlier rules that together take all of it
};
std::vector<Reach> find_reach(const std::vector<const Condition*>& rules, const RuleNames& names);

// True when every account that `inner` takes is also taken by `outer`.
bool lies_within(const Condition& inner, const Condition& outer, const RuleNames& names);

}  // namespace upselld::playbook
