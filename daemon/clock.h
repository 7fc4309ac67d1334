// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>

#include "core/host.h"
#include "core/result.h"

namespace upselld::daemon {

// A clock that can also be waited for; only the daemon waits, connectors never do.
class WaitableClock : public Clock {
 public:
  // Returns true at `until`, or false within a second of a stop being asked for, or where time
  // cannot be waited for.
  virtual bool wait_until(Instant until, const std::stop_token& stop) const = 0;
};

// The machine's clock, or, where $UPSELLD_CLOCK names a file, the rehearsal clock in it: then time
// is what the file says ("2026-10-28T06:30:00Z"), stands still until somebody moves it, and waiting
// moves it, so that a month is rehearsed in a minute. A sandbox reads the same file.
// A file that is missing or holds no time: invalid_config.
Result<std::unique_ptr<WaitableClock>> make_clock();

}  // namespace upselld::daemon
