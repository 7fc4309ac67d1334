// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace upselld {

// Numbers as text, the same on every machine and in every locale. NaN, our "not known", is empty.

// The shortest text that reads back as the same number: "0.1", "1e+30", "12".
std::string shortest_text(double number);
// With exactly that many decimals, rounded to nearest: "18.3". Never "-0.0".
std::string fixed_text(double number, int decimals);

}  // namespace upselld
