// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/score.h"

namespace upselld::playbook {

inline constexpr std::size_t kReasonsForMax = 3;
inline constexpr std::size_t kReasonsAgainstMax = 2;

// The reasons that people are shown, largest first. They point into the score.
struct ShownReasons {
  std::vector<const Reason*> in_favour;
  std::vector<const Reason*> against;
};
ShownReasons shown_reasons(const Score* score);

// Their groups as the fields show them: what "the order of the reasons" means.
std::vector<std::string> reason_order(const ShownReasons& reasons);

// "- 3 orders since 18 Oct, usual 1", a line each, without the words that say the direction: the
// heading above them does. Empty: none.
std::string told_under_heading(const std::vector<const Reason*>& reasons);

}  // namespace upselld::playbook
