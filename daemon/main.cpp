// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/commands.h"
#include "daemon/interrupt.h"

namespace {

// libgomp, which XGBoost brings, reads its waiting policy when it is loaded, before main: spinning
// threads make training up to a hundred times slower beside other load. So the program starts
// itself once more with the policy set. Failure to do so costs speed only.
void wait_passively(char** arguments) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  execv("/proc/self/exe", arguments);
}

// A sync fills and empties columns of some megabytes again and again. Given back to the system each
// time, they cost an eighth of a load in page faults.
void keep_freed_memory() {
  constexpr int kKeptBytesMax = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
  mallopt(M_MMAP_THRESHOLD, kKeptBytesMax);
}

}  // namespace

int main(int count, char** arguments) {
  wait_passively(arguments);
  prctl(PR_SET_DUMPABLE, 0);  // a core dump would hold customers' data and secrets
  umask(077);
  keep_freed_memory();
  upselld::daemon::stop_on_signals();
  return upselld::daemon::run_command(count, arguments);
}
