// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "core/instant.h"

namespace upselld::daemon {

// What a process is doing, told by those who do it, for those who watch: the service manager's
// watchdog, other commands, pages. Any thread may call.
class Progress {
 public:
  // `told` hears of each piece of work, in the thread that begins it.
  explicit Progress(std::function<void(const std::string& what)> told = {})
      : told_(std::move(told)) {}

  // A new piece of work, in words: "pull crm". Empty: nothing is in hand.
  void begin(const std::string& what);
  // So many records, calls, accounts or rounds more.
  void step(std::uint64_t count = 1);

  struct Seen {
    std::string what;         // empty: nothing is in hand
    std::uint64_t steps = 0;  // of this piece
    std::uint64_t moves = 0;  // steps and pieces of all time: equal to before means nothing moved
  };
  Seen seen() const;

 private:
  const std::function<void(const std::string& what)> told_;
  mutable std::mutex mutex_;
  Seen seen_;
};

// Whether the service may say that it lives: while nothing is in hand, and else as long as
// something moves. One thread asks.
class Watchdog {
 public:
  // No pull, round or write is this long without a step; pauses that a CRM asks for take steps.
  static constexpr Duration kStalledAfter = minutes(15);

  explicit Watchdog(const Progress& progress) : progress_(progress) {}
  // `now` is of Clock::steady().
  bool lives(Duration now);

 private:
  const Progress& progress_;
  std::uint64_t moves_ = 0;
  Duration moved_at_{};
  bool has_begun_ = false;
};

}  // namespace upselld::daemon
