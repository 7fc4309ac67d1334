// SPDX-License-Identifier: Apache-2.0
#include "daemon/watch_thread.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <string>

#include "daemon/service_notice.h"

namespace upselld::daemon {
namespace {

constexpr Duration kStartAsked = minutes(5);

}  // namespace

WatchThread::WatchThread(const Progress& progress, const Clock& clock) {
  const Duration limit = watchdog_limit();
  if (limit.ms == 0) return;
  thread_ = std::jthread([&progress, &clock, limit](const std::stop_token& stop) {
    Watchdog watchdog(progress);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    bool lived = true;
    while (!stop.stop_requested()) {
      const bool lives = watchdog.lives(clock.steady());
      if (lives) tell_service_manager("WATCHDOG=1");
      if (lived && !lives) {
        log_event(LogPriority::error, clock.now(), "stalled",
                  {{"in", progress.seen().what},
                   {"then", "nothing moves; the service manager is to start the service anew"}});
      }
      lived = lives;
      never.wait_for(lock, stop, std::chrono::milliseconds(limit.ms / 4), [] { return false; });
    }
  });
}

StartThread::StartThread(const Progress& progress, const Clock& clock) {
  if (std::getenv("NOTIFY_SOCKET") == nullptr) return;
  thread_ = std::jthread([&progress, &clock](const std::stop_token& stop) {
    const std::string more = "EXTEND_TIMEOUT_USEC=" + std::to_string(kStartAsked.ms * 1000);
    Watchdog watchdog(progress);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      if (watchdog.lives(clock.steady())) tell_service_manager(more);
      never.wait_for(lock, stop, std::chrono::milliseconds(kStartAsked.ms / 4),
                     [] { return false; });
    }
  });
}

}  // namespace upselld::daemon
