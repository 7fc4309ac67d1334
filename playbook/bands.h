// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/decision.h"
#include "core/memory.h"
#include "playbook/candidate.h"
#include "playbook/frame.h"

namespace upselld::playbook {

// The part of its band's width by which an account may be past the edge and still stay.
inline constexpr double kEdgeWidth = 0.2;

// The band without memory. The candidate has a score.
Band band_by_rank(const Frame& frame, std::size_t segment, const Candidate& candidate);

// 10 is the best tenth of the segment. The candidate has a score.
std::uint8_t decile_by_rank(const Frame& frame, std::size_t segment, const Candidate& candidate);

// A band and what is to be remembered of it.
struct HeldBand {
  Band band = Band::low;
  std::optional<Band> beyond;  // the band that the account is past the edge to
  Day beyond_since;
};
// The band with memory: an account leaves its band when past the edge by a fifth of the band's
// width, or on the second day of being past it. Asking again on the same day gives the same answer,
// whether memory is that of before or that of after the first asking.
HeldBand band_with_memory(const Frame& frame, std::size_t segment, const Candidate& candidate,
                          const AccountMemory& memory, Day today);

}  // namespace upselld::playbook
