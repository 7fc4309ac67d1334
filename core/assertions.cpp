// SPDX-License-Identifier: Apache-2.0
#include "core/assertions.h"

#include <cstdio>
#include <cstdlib>

namespace upselld {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "upselld: broken assumption: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace upselld
