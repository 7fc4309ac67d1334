// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/instant.h"

namespace upselld::daemon {

// For how long what is over is kept; nothing: for ever.
struct RetentionSettings {
  std::optional<Duration> undo, runs, deliveries, scores, models, audit;
};

}  // namespace upselld::daemon
