// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/mishap.h"

#include <iterator>

namespace upselld::simulation {

namespace {

constexpr const char* kNames[] = {"429",
                                  "429 of searches",
                                  "500",
                                  "gateway page",
                                  "empty 502",
                                  "420 of the edge",
                                  "no connection",
                                  "answer lost",
                                  "answer cut",
                                  "answer garbled",
                                  "slow answer",
                                  "session over",
                                  "cursors lost",
                                  "calls used up",
                                  "too many at once",
                                  "row locked",
                                  "row refused",
                                  "maintenance",
                                  "job stuck",
                                  "job failed",
                                  "results missing",
                                  "results empty",
                                  "late commit",
                                  "index late",
                                  "clock apart",
                                  "killed before a call",
                                  "killed after a call",
                                  "person works",
                                  "person edits our field",
                                  "edit inside the window"};
static_assert(std::size(kNames) == kMishapCount);

}  // namespace

const char* to_text(Mishap mishap) {
  return kNames[static_cast<std::size_t>(mishap)];
}

}  // namespace upselld::simulation
