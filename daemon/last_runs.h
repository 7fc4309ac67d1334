// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/ledger.h"

namespace upselld::daemon {

class App;

// How a run ended for one connection.
enum class SyncEnding {
  by_itself,
  failed,
  out_of_calls,  // it goes on at its next time, or when there are calls again
  cut_short,     // stopped or killed on its way
};

// The newest sync that a connection took part in.
struct LastSync {
  Instant began = Instant::missing();  // missing: there is none
  SyncEnding ending = SyncEnding::by_itself;
  std::string run = {};
};

// What ran before this process did, by connection.
struct LastRuns {
  std::map<std::string, LastSync> sync;  // without an entry: never
  std::map<std::string, Instant> train;  // when its newest model was trained
};

// Of these connections; the value says which bring accounts.
Result<LastRuns> read_last_runs(const Ledger& ledger,
                                const std::map<std::string, bool>& brings_accounts);

// The newest sync that brought a connection's data to its end; nothing: there is none.
Result<std::optional<store::Run>> last_whole_sync(const Ledger& ledger,
                                                  const std::string& connection);

// The newest sync of each connection that came to an end, well or not; what was stopped or still
// runs tells of none. For what is asked all the time: it looks back a month, and not on where all
// are found.
Result<std::map<std::string, LastSync>> read_ended_syncs(App& app);
// When the newest sync ended that brought the connection's data to its end; it looks back as far.
Result<std::map<std::string, Instant>> read_whole_syncs(App& app);

}  // namespace upselld::daemon
