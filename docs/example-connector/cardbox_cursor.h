// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/instant.h"
#include "core/page.h"
#include "core/result.h"

namespace upselld::cardbox {

// A place in a stream: a window of changes that was closed before its first request, and the last
// id taken from it. What changes meanwhile falls into the next window and cannot shift this one.
struct Window {
  Instant from{0};
  Instant before = Instant::missing();  // not begun yet
  std::string after;
};

// `fingerprint` is that of the mapping: with another one the records taken so far are not what they
// would be today.
Cursor cursor_of(const Window& window, const std::string& fingerprint);
// An empty cursor is the beginning. cursor_lost: of another mapping, or none of ours.
Result<Window> window_of(const Cursor& cursor, const std::string& fingerprint);

}  // namespace upselld::cardbox
