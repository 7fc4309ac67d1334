// SPDX-License-Identifier: Apache-2.0
#include "core/kill_point.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace upselld {

namespace {

// What the environment asks for, read once: a getenv per commit would race with setenv.
struct KillPlan {
  long at = 0;  // 0: never
  int log = -1;
  std::atomic<long> passed{0};

  KillPlan() {
    if (const char* number = std::getenv("UPSELLD_KILL_AT")) at = std::strtol(number, nullptr, 10);
    if (const char* file = std::getenv("UPSELLD_KILL_LOG")) {
      log = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
  }
};

KillPlan& plan() {
  static KillPlan the_plan;
  return the_plan;
}

}  // namespace

void kill_point(const char* name) {
  KillPlan& now = plan();
  if (now.at == 0 && now.log < 0) return;
  if (now.log >= 0) {
    const std::string line = std::string(name) + "\n";
    // A lost line only makes a test's list shorter.
    [[maybe_unused]] const ssize_t written = ::write(now.log, line.data(), line.size());
  }
  if (now.passed.fetch_add(1) + 1 == now.at) ::kill(::getpid(), SIGKILL);
}

}  // namespace upselld
