// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sandbox/random.h"

namespace upselld::simulation {

// Everything that goes wrong, or that people do, while upselld is at work. A CRM knows some of
// them.
enum class Mishap {
  too_many_requests,
  too_many_searches,
  server_error,
  gateway_page,
  empty_gateway,
  edge_refusal,
  refused_connection,
  answer_lost,
  answer_cut,
  answer_garbled,
  slow_answer,
  session_over,
  cursors_lost,
  calls_used_up,
  too_many_at_once,
  row_locked,
  row_refused,
  maintenance,
  job_stuck,
  job_failed,
  results_missing,
  results_empty,
  late_commit,
  index_late,
  clock_apart,
  killed_before,
  killed_after,
  person_works,
  person_edits_our_field,
  edit_inside_window,
  kCount,
};
inline constexpr std::size_t kMishapCount = static_cast<std::size_t>(Mishap::kCount);
const char* to_text(Mishap mishap);
using MishapCounts = std::array<std::uint64_t, kMishapCount>;

// How likely a mishap is at each request where it fits. Together they disturb about every fourth.
inline constexpr double kRare = 0.006, kSometimes = 0.02;

// What decides, by a seed, whether something goes wrong.
class Dice {
 public:
  virtual ~Dice() = default;
  // True: it happens now, and is counted.
  virtual bool may_happen(Mishap mishap, double chance) = 0;
  virtual sandbox::Random& random() = 0;
};

}  // namespace upselld::simulation
