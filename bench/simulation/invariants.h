// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "bench/simulation/program.h"
#include "bench/simulation/world.h"

namespace upselld::simulation {

using Violations = std::set<std::string>;

// A run's exit code and report tell the truth about what is left to do.
void check_truthful(const Ended& run, Violations& violations);
// After all is quiet: nothing is left in the outbox, and what was delivered stands in the CRM, but
// for what people did to it.
void check_delivered(const Program& program, const World& world, Violations& violations);
// At most one task per key, ever.
void check_keys(const World& world, Violations& violations);
// What people wrote before we looked is still there.
void check_edits(const World& world, Violations& violations);
// The audit is unbroken, knows of every task of ours and of every account that bears our fields,
// and a run's decisions, computed again from it, are equal. `which` picks the run.
void check_audit(const Program& program, const World& world, std::uint64_t which,
                 Violations& violations);
// The records of both states of this folder are the same.
void check_same_records(const Program& program, const World& world, Violations& violations);

}  // namespace upselld::simulation
