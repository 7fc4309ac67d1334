// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/event_columns.h"

namespace upselld::store {

inline constexpr std::uint32_t kBlockEventsMax = 4'096;

// Consecutive events of a block that belong to one account and came from one part, in order of
// time.
struct EventChunk {
  std::uint32_t number = 0;  // account
  std::uint32_t part = 0;    // names; 0: a keyed stream
  std::uint32_t first = 0;   // row
  std::uint32_t count = 0;
};

// The smallest unit that is read and rewritten: some thousand events of consecutive accounts.
struct EventBlock {
  std::vector<EventChunk> chunks;
  EventColumns events;

  void clear() {
    chunks.clear();
    events.clear();
  }
};

// Packed bytes of a block of at most kBlockEventsMax events. Times within a chunk must not fall.
std::string pack(const EventBlock& block);
// False: the bytes are damaged; `block` is then not to be used.
bool unpack(std::string_view bytes, EventBlock& block);

}  // namespace upselld::store
