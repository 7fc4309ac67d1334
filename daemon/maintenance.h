// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "daemon/app.h"

namespace upselld::daemon {

// What the service does for its store after a cycle, in the turn of that cycle.
struct Maintenance {
  bool is_done = true;  // nothing that settings do not keep is left; false: go on after the next
  std::string dropped;  // in words; empty: nothing
};

// Drops what `retention` does not keep, a few thousand rows at a time. `may_go_on` is asked before
// each step; where it says no, a later call goes on.
Result<Maintenance> drop_what_is_old(App& app, const std::function<bool()>& may_go_on);

// Empties the write-ahead log, which grows while pages are read, unless somebody reads just now.
Result<void> empty_log(App& app);

}  // namespace upselld::daemon
