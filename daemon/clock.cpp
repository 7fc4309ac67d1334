// SPDX-License-Identifier: Apache-2.0
#include "daemon/clock.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "core/file_io.h"
#include "core/time_zone.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kClockFileBytesMax = 64;
constexpr std::chrono::milliseconds kLookAgain{200};

Duration steady_now() {
  using std::chrono::duration_cast;
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return {duration_cast<std::chrono::milliseconds>(since_start).count()};
}

class SystemClock : public WaitableClock {
 public:
  Instant now() const override {
    using std::chrono::duration_cast;
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {duration_cast<std::chrono::milliseconds>(since_epoch).count()};
  }
  Duration steady() const override { return steady_now(); }
  // Looks often instead of sleeping to the end: the machine's clock may be set meanwhile.
  bool wait_until(Instant until, const std::stop_token& stop) const override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (now() < until && !stop.stop_requested()) {
      never.wait_for(lock, stop, kLookAgain, [] { return false; });
    }
    return !stop.stop_requested();
  }
};

Result<Instant> read_clock(const std::filesystem::path& file) {
  const auto text = read_file(file, kClockFileBytesMax);
  if (!text) return text.error();
  const std::string first = text->substr(0, text->find_first_of("\r\n"));
  const auto at = parse_instant(first, "iso", TimeZone::utc());
  if (at) return *at;
  return Error{ErrorKind::invalid_config,
               "$UPSELLD_CLOCK: " + file.string() +
                   " holds no time; write one as 2026-10-28T06:30:00Z, or unset the variable",
               {}};
}

class RehearsalClock : public WaitableClock {
 public:
  RehearsalClock(std::filesystem::path file, Instant at) : file_(std::move(file)), last_(at.ms) {}

  // While the file cannot be read, time stands still.
  Instant now() const override {
    if (const auto at = read_clock(file_)) last_ = at->ms;
    return {last_};
  }
  Duration steady() const override { return steady_now(); }
  bool wait_until(Instant until, const std::stop_token& stop) const override {
    if (stop.stop_requested()) return false;
    // Two connections may wait at once: the time is what the later one waits for.
    const std::lock_guard lock(mutex_);
    if (now() >= until) return true;
    return static_cast<bool>(write_file_atomically(file_, to_text(until) + "\n"));
  }

 private:
  const std::filesystem::path file_;
  mutable std::mutex mutex_;  // of who sets the time
  mutable std::atomic<std::int64_t> last_;
};

}  // namespace

Result<std::unique_ptr<WaitableClock>> make_clock() {
  const char* file = std::getenv("UPSELLD_CLOCK");
  if (file == nullptr || *file == '\0') {
    return std::unique_ptr<WaitableClock>(std::make_unique<SystemClock>());
  }
  const auto at = read_clock(file);
  if (!at) return Error{ErrorKind::invalid_config, at.error().message, {}};
  return std::unique_ptr<WaitableClock>(std::make_unique<RehearsalClock>(file, *at));
}

}  // namespace upselld::daemon
