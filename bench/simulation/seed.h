// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/simulation/chaos.h"
#include "bench/simulation/invariants.h"

namespace upselld::simulation {

struct SeedResult {
  Violations violations;
  MishapCounts mishaps{};
  std::uint64_t runs = 0, tasks = 0, writes = 0;
};

// A few days of one small company, with everything that the seed says goes wrong, and then quiet.
// `crms`: those that it works in, all connected to one upselld. `folder` is made anew.
SeedResult run_seed(const std::vector<std::string>& crms, std::uint64_t seed,
                    const std::filesystem::path& program, const std::filesystem::path& folder);

}  // namespace upselld::simulation
