// SPDX-License-Identifier: Apache-2.0
#include "daemon/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <mutex>
#include <thread>

namespace upselld::daemon {
namespace {

struct Signals {
  std::stop_source stop;
  std::mutex mutex;       // of all below
  std::stop_source wake;  // a new one after each hangup or waking that was taken
  bool takes_hangups = false;
  bool hung_up = false;
  bool woken = false;
};

Signals& signals() {
  static Signals the_signals;
  return the_signals;
}

// True: it was a hangup that only wakes.
bool is_taken_as_hangup(int signal) {
  Signals& all = signals();
  const std::lock_guard lock(all.mutex);
  if (signal != SIGHUP || !all.takes_hangups) return false;
  all.hung_up = true;
  all.wake.request_stop();
  return true;
}

void stop_all() {
  Signals& all = signals();
  all.stop.request_stop();
  const std::lock_guard lock(all.mutex);
  all.wake.request_stop();
}

}  // namespace

void stop_on_signals() {
  signals();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
    sigaddset(&set, SIGHUP);
  }
  // Blocked everywhere and taken by one thread: no work is done inside a signal handler.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread([set] {
    int signal = 0;
    do {
      sigwait(&set, &signal);
    } while (is_taken_as_hangup(signal));
    static constexpr char kNotice[] =
        "stopping at the next safe place; once more to stop at once (nothing is lost either way)\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, kNotice, sizeof(kNotice) - 1);
    stop_all();
    do {
      sigwait(&set, &signal);
    } while (is_taken_as_hangup(signal));
    _exit(128 + signal);
  }).detach();
  signal(SIGPIPE, SIG_IGN);
}

std::stop_token stop_signal() {
  return signals().stop.get_token();
}

void take_hangups() {
  const std::lock_guard lock(signals().mutex);
  signals().takes_hangups = true;
}

bool take_hangup() {
  Signals& all = signals();
  const std::lock_guard lock(all.mutex);
  const bool was_hung_up = all.hung_up;
  if ((was_hung_up || all.woken) && !all.stop.stop_requested()) all.wake = std::stop_source();
  all.hung_up = all.woken = false;
  return was_hung_up;
}

void wake_up() {
  Signals& all = signals();
  const std::lock_guard lock(all.mutex);
  all.woken = true;
  all.wake.request_stop();
}

std::stop_token wake_signal() {
  const std::lock_guard lock(signals().mutex);
  return signals().wake.get_token();
}

}  // namespace upselld::daemon
