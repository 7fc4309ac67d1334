// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace upselld {

// A numbered place where a test may kill the process: before and after every commit, rename and
// delivery. Does nothing unless the environment variable UPSELLD_KILL_AT holds N; then the N-th
// point that is passed ends the process at once, as a power cut would (no destructors, no flush).
// UPSELLD_KILL_LOG=FILE appends the names in the order they are passed.
void kill_point(const char* name);

}  // namespace upselld
