// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/ledger.h"

namespace upselld::daemon {

// How a run ended for one connection.
enum class SyncEnding {
  by_itself,
  failed,
  cut_short,  // stopped or killed on its way
};

// The newest sync that a connection took part in.
struct LastSync {
  Instant began = Instant::missing();  // missing: there is none
  SyncEnding ending = SyncEnding::by_itself;
};

// What ran before this process did, by connection.
struct LastRuns {
  std::map<std::string, LastSync> sync;  // without an entry: never
  std::map<std::string, Instant> train;  // when its newest model was trained
};

// Of these connections; the value says which bring accounts.
Result<LastRuns> read_last_runs(const Ledger& ledger,
                                const std::map<std::string, bool>& brings_accounts);

}  // namespace upselld::daemon
