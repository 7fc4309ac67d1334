// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>

#include "core/instant.h"

namespace upselld::sandbox {

// The sandbox's time. Frozen until it is stepped, or running from where it was set. Safe to share
// between threads.
class VirtualClock {
 public:
  explicit VirtualClock(Instant start) : base_(start) {}

  Instant now() const {
    const std::lock_guard lock(mutex_);
    return is_running_ ? base_ + since_started() : base_;
  }
  void set(Instant at) {
    const std::lock_guard lock(mutex_);
    base_ = at;
    started_ = std::chrono::steady_clock::now();
  }
  void step(Duration by) { set(now() + by); }
  void run() {
    set(now());
    const std::lock_guard lock(mutex_);
    is_running_ = true;
  }
  void freeze() {
    const Instant at = now();
    const std::lock_guard lock(mutex_);
    base_ = at;
    is_running_ = false;
  }

 private:
  Duration since_started() const {
    const auto passed = std::chrono::steady_clock::now() - started_;
    return milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  }

  mutable std::mutex mutex_;
  Instant base_;
  bool is_running_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace upselld::sandbox
