// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

#include "core/host.h"
#include "daemon/progress.h"

namespace upselld::daemon {

// Tells the service manager again and again that the service lives, from a thread of its own, for
// as long as that is so (see Watchdog). Does nothing where no service manager wants to hear it.
// The service owns one for its whole run; `progress` and `clock` outlive it.
class WatchThread {
 public:
  WatchThread(const Progress& progress, const Clock& clock);

 private:
  std::jthread thread_;
};

// Asks the service manager again and again for more time to start, from a thread of its own, for as
// long as the start moves. Does nothing where no service manager wants to hear it. `progress` and
// `clock` outlive it.
class StartThread {
 public:
  StartThread(const Progress& progress, const Clock& clock);

 private:
  std::jthread thread_;
};

}  // namespace upselld::daemon
