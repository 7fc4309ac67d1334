// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace upselld::store {

// What one short step of a walk over old rows dropped.
struct Pruned {
  std::uint64_t rows = 0;
  bool is_done = true;  // nothing old is left after it
};

}  // namespace upselld::store
