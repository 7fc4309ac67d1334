// SPDX-License-Identifier: Apache-2.0
#include "daemon/progress.h"

namespace upselld::daemon {

void Progress::begin(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    seen_.what = what;
    seen_.steps = 0;
    ++seen_.moves;
  }
  if (told_ && !what.empty()) told_(what);
}

void Progress::step(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  seen_.steps += count;
  ++seen_.moves;
}

Progress::Seen Progress::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

bool Watchdog::lives(Duration now) {
  const Progress::Seen seen = progress_.seen();
  if (seen.what.empty() || seen.moves != moves_ || !has_begun_) {
    has_begun_ = true;
    moves_ = seen.moves;
    moved_at_ = now;
  }
  return now - moved_at_ < kStalledAfter;
}

}  // namespace upselld::daemon
