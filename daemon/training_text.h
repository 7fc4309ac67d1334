// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/cycle.h"

namespace upselld::daemon {

// What `train` prints: the JSON document, or what a person reads of it.
std::string training_text(const TrainOutcome& outcome, bool published, bool json);

// The same in three lines, for a sync that trained. Empty when `report_json` is.
std::string training_brief(const std::string& report_json);

}  // namespace upselld::daemon
