// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/host.h"
#include "plugins/crm/receipts.h"

// How the items of a batch are sent: in groups, and what was left again.
namespace upselld::plugins {

// One way through what is left of a batch: in groups of at most so many, after a pause.
struct Attempt {
  std::size_t group = 0;
  Duration pause = {};
};

// When what could not be done now is due again.
inline constexpr Duration kDueAgain = minutes(15);

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

// People edit while a batch is written: what was looked at longer ago is looked at again first.
inline constexpr Duration kLookHolds = seconds(60);

// settle_in_groups() for fields that were looked at at `looked_at`, steady time. A group whose
// answer was lost is tried again like one that was locked, for writing the same twice harms nobody.
// The first group always goes, so that every look is followed by a write.
template <typename Send>
Result<void> write_in_groups(WriteOutcomes& out, std::vector<std::size_t> due,
                             std::span<const Attempt> attempts, const Clock& clock,
                             Duration looked_at, Duration put_off_by, const Send& send) {
  bool is_first = true;
  return settle_in_groups(out, std::move(due), attempts, clock.now() + put_off_by,
                          [&](std::span<const std::size_t> group, Duration pause) -> Result<void> {
                            if (!is_first && clock.steady() - looked_at > kLookHolds - pause) {
                              out.look_again(group, clock.now());
                              return {};
                            }
                            is_first = false;
                            auto sent = send(group, pause);
                            const bool is_lost = !sent && sent.error().kind == ErrorKind::timed_out;
                            return is_lost ? Result<void>() : sent;
                          });
}

}  // namespace upselld::plugins
