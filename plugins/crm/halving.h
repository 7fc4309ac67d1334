// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "core/result.h"

// A request that is refused whole because of one of its items.
namespace upselld::plugins {

enum class Group {
  settled,  // something is known of each item, or nothing can be
  refused,  // as a whole, maybe because of one item
};

// Gives `send(first, count)` the items in one group, and a group that was refused in halves, those
// before the others, until the item stands alone: `send` says itself what became of that one. The
// first Error ends it: nothing behind that group was sent.
template <typename Send>
Result<void> send_in_halves(std::size_t first, std::size_t count, const Send& send) {
  if (count == 0) return {};
  const Result<Group> sent = send(first, count);
  if (!sent) return sent.error();
  if (*sent == Group::settled || count == 1) return {};
  const std::size_t half = count / 2;
  if (auto done = send_in_halves(first, half, send); !done) return done;
  return send_in_halves(first + half, count - half, send);
}

}  // namespace upselld::plugins
