// SPDX-License-Identifier: Apache-2.0
#include "daemon/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace upselld::daemon {
namespace {

std::stop_source& source() {
  static std::stop_source the_source;
  return the_source;
}

}  // namespace

void stop_on_signals() {
  source();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // Blocked everywhere and taken by one thread: no work is done inside a signal handler.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    static constexpr char kNotice[] =
        "stopping at the next safe place; once more to stop at once (nothing is lost either way)\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, kNotice, sizeof(kNotice) - 1);
    source().request_stop();
    sigwait(&signals, &signal);
    _exit(128 + signal);
  }).detach();
  signal(SIGPIPE, SIG_IGN);
}

std::stop_token stop_signal() {
  return source().get_token();
}

}  // namespace upselld::daemon
