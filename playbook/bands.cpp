// SPDX-License-Identifier: Apache-2.0
#include "playbook/bands.h"

#include "core/assertions.h"
#include "playbook/account_values.h"

namespace upselld::playbook {

namespace {

const Frame::Edges& edges(const Frame& frame, std::size_t segment) {
  const std::size_t index = frame.bands.size() == 1 ? 0 : segment;
  UPSELLD_ASSERT(index < frame.bands.size());
  return frame.bands[index];
}

bool reaches(const Cut& cut, const Candidate& candidate) {
  return cut.reached_by(candidate.score->rank_value, candidate.id_hash);
}

// `slack` moves the floor: 0.8 to stay above it, 1.2 to have risen clearly.
bool is_above_floor(const Frame& frame, const Candidate& candidate, double slack) {
  const Score& score = *candidate.score;
  const bool is_likely =
      !has_likelihood(&score) || score.probability >= slack * frame.floor_likelihood;
  return is_likely && (frame.floor_value == 0 || score.rank_value >= slack * frame.floor_value);
}

// Not past the edge of `own` by more than a fifth of its width.
bool is_near(const Frame& frame, const Frame::Edges& edge, const Candidate& candidate, Band own) {
  switch (own) {
    case Band::high:
      return is_above_floor(frame, candidate, 1 - kEdgeWidth) && reaches(edge.high_left, candidate);
    case Band::medium:
      return is_above_floor(frame, candidate, 1 - kEdgeWidth) &&
             reaches(edge.medium_left, candidate) && !reaches(edge.medium_risen, candidate);
    case Band::low:
      return !(is_above_floor(frame, candidate, 1 + kEdgeWidth) &&
               reaches(edge.low_risen, candidate));
  }
  return false;
}

}  // namespace

Band band_by_rank(const Frame& frame, std::size_t segment, const Candidate& candidate) {
  const Frame::Edges& edge = edges(frame, segment);
  if (!is_above_floor(frame, candidate, 1)) return Band::low;
  if (reaches(edge.high, candidate)) return Band::high;
  return reaches(edge.medium, candidate) ? Band::medium : Band::low;
}

std::uint8_t decile_by_rank(const Frame& frame, std::size_t segment, const Candidate& candidate) {
  UPSELLD_ASSERT(segment < frame.deciles.size());
  std::uint8_t decile = 10;
  for (const Cut& cut : frame.deciles[segment]) {
    if (reaches(cut, candidate)) return decile;
    --decile;
  }
  return decile;
}

HeldBand band_with_memory(const Frame& frame, std::size_t segment, const Candidate& candidate,
                          const AccountMemory& memory, Day today) {
  const Band now = band_by_rank(frame, segment, candidate);
  if (!memory.decided || !memory.band || *memory.band == now) return {now, std::nullopt, {}};
  const Band own = *memory.band;
  const bool was_beyond = memory.band_beyond && (*memory.band_beyond > own) == (now > own) &&
                          *memory.band_beyond != own;
  const Day since = was_beyond ? memory.band_beyond_since : today;
  const bool is_second_day = since < today;
  if (is_second_day || !is_near(frame, edges(frame, segment), candidate, own)) {
    return {now, std::nullopt, {}};
  }
  return {own, now, since};
}

}  // namespace upselld::playbook
