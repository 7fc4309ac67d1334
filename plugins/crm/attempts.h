// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "plugins/crm/receipts.h"

// How the items of a batch are sent: in groups, and what was left again.
namespace upselld::plugins {

// One way through what is left of a batch: in groups of at most so many, after a pause.
struct Attempt {
  std::size_t group = 0;
  Duration pause = {};
};

// Gives the items of `due` to `send` in groups, with the pause before each, attempt after attempt,
// until all are settled; what is left then is due again at `later`. An Error of `send` puts off all
// that is left and is the result.
template <typename Pending, typename Send>
Result<void> settle_in_groups(Pending& pending, std::vector<std::size_t> due,
                              std::span<const Attempt> attempts, Instant later, const Send& send) {
  const auto is_settled = [&](std::size_t i) { return pending.is_settled(i); };
  for (const Attempt& attempt : attempts) {
    std::erase_if(due, is_settled);
    Duration pause = attempt.pause;
    for (std::size_t begin = 0; begin < due.size(); begin += attempt.group) {
      const std::size_t count = std::min(attempt.group, due.size() - begin);
      const Result<void> sent = send(std::span(due).subspan(begin, count), pause);
      pause = Duration{};
      if (sent) continue;
      pending.put_off(due, sent.error(), later);
      return sent;
    }
  }
  std::erase_if(due, is_settled);
  for (const std::size_t i : due) pending.settle(i, deferred(pending.last_refusal(i), later));
  return {};
}

// settle_in_groups() for fields: a group whose answer was lost is tried again like one that was
// locked, for writing the same twice harms nobody.
template <typename Send>
Result<void> write_in_groups(WriteOutcomes& out, std::vector<std::size_t> due,
                             std::span<const Attempt> attempts, Instant later, const Send& send) {
  return settle_in_groups(out, std::move(due), attempts, later,
                          [&](std::span<const std::size_t> group, Duration pause) -> Result<void> {
                            auto sent = send(group, pause);
                            const bool is_lost = !sent && sent.error().kind == ErrorKind::timed_out;
                            return is_lost ? Result<void>() : sent;
                          });
}

}  // namespace upselld::plugins
