// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace upselld::scoring {

// Calls `work` once for each index below `count`, on up to `threads` threads, and waits. Which
// thread takes which index must not matter to the result.
void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)>& work);

}  // namespace upselld::scoring
