// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/page.h"
#include "plugins/connector.h"

namespace upselld::plugins::hubspot {

// A place in a stream: all that a new process needs.
struct PullCursor {
  std::string fingerprint, portal;
  Walk walk = Walk::changes;
  // What is being walked. Changes go through fast, slow and, when due, archived.
  enum class Phase : std::uint8_t { none, list, fast, slow, archived } phase = Phase::none;

  // All that was modified before these was brought: by a first look, by a second one that waits
  // for the index.
  Instant fast_from = Instant::missing(), slow_from = Instant::missing();
  Instant listed_at = Instant::missing();      // all was read whole
  Instant archived_from = Instant::missing();  // all that was archived before is told

  // The walk in progress: its window, fixed before its first request, and the place in it.
  Instant low = Instant::missing(), high = Instant::missing();
  std::string last_id, after;  // in a list: of the page behind `after`, all up to `last_id`

  bool is_walking() const { return phase != Phase::none; }
};

Cursor to_cursor(const PullCursor& cursor);
// Nothing: not one of ours.
std::optional<PullCursor> read_cursor(const Cursor& cursor);

}  // namespace upselld::plugins::hubspot
