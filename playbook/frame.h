// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "playbook/candidate.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// A place in a ranking: accounts at or above it are inside. Equal values are told apart by 53 bits
// of the account's hash, so that a frame is nothing but doubles.
struct Cut {
  double value;
  double tie;
  bool reached_by(double rank_value, std::uint64_t id_hash) const;
};
// Nobody reaches it.
Cut unreachable_cut();

// What decisions need to know about all accounts together. Made once a run, kept by the audit: with
// it every single decision can be made again alone.
struct Frame {
  // Edges of the bands in one ranking, and where an account that is in a band has left it for good:
  // past the edge by a fifth of that band's width.
  struct Edges {
    Cut high, medium;             // top 10 %, top 30 %
    Cut high_left;                // still high, just below the edge
    Cut medium_left;              // still medium, just below the edge
    Cut medium_risen, low_risen;  // far enough up to leave medium, low
  };
  std::vector<double> tag_cuts;             // one per {top} and {bottom} in tags
  std::vector<Edges> bands;                 // one, or one per segment
  std::vector<std::array<Cut, 9>> deciles;  // per segment: cut i is that of decile 10 - i
  double floor_likelihood = 0;              // high and medium need this much; 0: no floor
  double floor_value = 0;                   // and this much rank_value; 0: no floor

  std::vector<double> numbers() const;
  // The frame that gave these numbers; `corrupt` when their count does not fit the playbook.
  static Result<Frame> of(const Playbook& playbook, std::span<const double> numbers);
};

Frame make_frame(const Playbook& playbook, std::span<const Candidate> candidates,
                 const Today& today);

// What ranking inside segments costs: up-sells to be expected in high and medium, both ways.
struct WithinCost {
  double hits_within_all = 0;
  double hits_within_segment = 0;
};
WithinCost cost_of_within(const Playbook& playbook, std::span<const Candidate> candidates,
                          const Today& today);

}  // namespace upselld::playbook
