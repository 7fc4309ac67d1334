// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/instant.h"
#include "core/time_zone.h"

namespace upselld::daemon {

// For how long what is over is kept; nothing: for ever.
struct RetentionSettings {
  std::optional<Duration> undo, runs, deliveries, scores, models, audit, records;

  // From when on records take part in what is computed as of `now`; missing: all do. It moves at
  // midnight only.
  Instant records_from(Instant now, const TimeZone& zone) const;
};

}  // namespace upselld::daemon
