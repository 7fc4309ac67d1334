// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cstdlib>

#include "daemon/commands.h"
#include "daemon/interrupt.h"

namespace {

// A sync fills and empties columns of some megabytes again and again. Given back to the system each
// time, they cost an eighth of a load in page faults.
void keep_freed_memory() {
  constexpr int kKeptBytesMax = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptBytesMax);
  mallopt(M_MMAP_THRESHOLD, kKeptBytesMax);
}

}  // namespace

int main(int count, char** arguments) {
  // libgomp, which comes with XGBoost at the first training, reads it then: spinning threads make
  // training up to a hundred times slower beside other load.
  setenv("OMP_WAIT_POLICY", "passive", /*replace=*/0);
  prctl(PR_SET_DUMPABLE, 0);  // a core dump would hold customers' data and secrets
  umask(077);
  keep_freed_memory();
  upselld::daemon::stop_on_signals();
  return upselld::daemon::run_command(count, arguments);
}
