// SPDX-License-Identifier: Apache-2.0
#include "scoring/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace upselld::scoring {

void for_each_index(std::size_t count, unsigned threads,
                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  const std::size_t helpers = std::min<std::size_t>(std::max(threads, 1U), count);
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(take);
  take();
}

}  // namespace upselld::scoring
