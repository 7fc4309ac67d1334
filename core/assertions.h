// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace upselld {

// Prints the broken assumption to stderr and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace upselld

// For what only a programmer can cause. On in release builds too.
#define UPSELLD_ASSERT(expression) \
  ((expression) ? void(0) : ::upselld::assertion_failed(#expression, __FILE__, __LINE__))
