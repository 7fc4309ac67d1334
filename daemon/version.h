// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace upselld::daemon {

inline constexpr const char* kVersion = "0.1.0";
// Goes up whenever the same inputs would give other decisions: a plan made by other code is
// refused.
inline constexpr int kDecisionCode = 1;

}  // namespace upselld::daemon
