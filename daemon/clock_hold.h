// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "daemon/clock.h"

namespace upselld::daemon {

// WaitableClock::wait_until for a service between two cycles. While a file of the rehearsal clock's
// name with .held behind it stands beside that clock, it waits for somebody who moves the clock, so
// that data can change between two syncs. What connectors wait for within a cycle moves it still.
bool rest_until(const WaitableClock& clock, Instant until, const std::stop_token& stop);

}  // namespace upselld::daemon
