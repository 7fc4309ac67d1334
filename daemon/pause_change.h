// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/codec.h"
#include "daemon/ledger.h"

namespace upselld::daemon {

// What a person asks for, at the command line or on a page.
struct PauseChange {
  std::string connection;  // empty: every one
  bool paused = true;      // false: go on
  std::string by;
  std::string why;
};

struct PauseAnswer {
  bool changed = false;                 // false: it was so already
  std::optional<store::Pause> stopped;  // what stops the connection's writing now
};

// Stores it, with its audit entry where it changed anything.
Result<PauseAnswer> change_pause(Ledger& ledger, const PauseChange& change, Instant at);

// "upselld resume crm": the command that lifts it.
std::string lifting(const store::Pause& pause);
// What became of it, in a sentence that tells the state and not the wish.
std::string sentence_of(const PauseChange& change, const PauseAnswer& answer);
// The same for programs: `paused` is whether it is now.
Json json_of(const PauseChange& change, const PauseAnswer& answer);

}  // namespace upselld::daemon
