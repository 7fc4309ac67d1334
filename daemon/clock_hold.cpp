// SPDX-License-Identifier: Apache-2.0
#include "daemon/clock_hold.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>

namespace upselld::daemon {
namespace {

constexpr std::chrono::milliseconds kLookAgain{20};

}  // namespace

bool rest_until(const WaitableClock& clock, Instant until, const std::stop_token& stop) {
  const char* file = std::getenv("UPSELLD_CLOCK");
  if (file == nullptr || *file == '\0') return clock.wait_until(until, stop);
  const std::filesystem::path held = std::string(file) + ".held";
  std::error_code ignored;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (std::filesystem::exists(held, ignored) && clock.now() < until && !stop.stop_requested()) {
    never.wait_for(lock, stop, kLookAgain, [] { return false; });
  }
  return clock.wait_until(until, stop);
}

}  // namespace upselld::daemon
