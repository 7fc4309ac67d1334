// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "daemon/clock.h"
#include "daemon/clock_hold.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

// A folder with a clock file, named in the environment while it lives.
struct Rehearsal {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("upselld-clock-" + std::to_string(::getpid()));
  std::filesystem::path file = folder / "clock";

  explicit Rehearsal(const char* time) {
    std::filesystem::create_directories(folder);
    set(time);
    ::setenv("UPSELLD_CLOCK", file.c_str(), 1);
  }
  ~Rehearsal() {
    ::unsetenv("UPSELLD_CLOCK");
    std::filesystem::remove_all(folder);
  }
  void set(const char* time) const { std::ofstream(file) << time; }
  void hold() const { std::ofstream(held()) << ""; }
  void let_go() const { std::filesystem::remove(held()); }
  std::string held() const { return file.string() + ".held"; }
};

}  // namespace

TEST_CASE("clock: a rehearsal clock stands still until somebody moves it") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z\n");
  const auto clock = make_clock();
  REQUIRE(clock);
  CHECK(to_text((*clock)->now()) == "2026-10-28T06:30:00Z");
  CHECK((*clock)->now() == (*clock)->now());
  rehearsal.set("2026-10-29T00:00:00Z");
  CHECK(to_text((*clock)->now()) == "2026-10-29T00:00:00Z");
}

TEST_CASE("clock: waiting moves a rehearsal clock forward and never back") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  CHECK((*clock)->wait_until(begin + hours(2), {}));
  CHECK((*clock)->now() == begin + hours(2));
  CHECK((*clock)->wait_until(begin + hours(1), {}));
  CHECK((*clock)->now() == begin + hours(2));
}

TEST_CASE("clock: a service that rests waits for who moves a held clock, other waits move it") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  rehearsal.hold();
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  bool came = false;
  std::jthread resting([&] { came = rest_until(**clock, begin + hours(2), {}); });
  CHECK((*clock)->wait_until(begin + hours(1), {}));
  CHECK((*clock)->now() == begin + hours(1));
  rehearsal.set("2026-10-28T09:00:00Z");
  resting.join();
  CHECK(came);
  CHECK(to_text((*clock)->now()) == "2026-10-28T09:00:00Z");
}

TEST_CASE("clock: a clock that is let go is moved by a service that rests") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  rehearsal.hold();
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  bool came = false;
  std::jthread resting([&] { came = rest_until(**clock, begin + hours(2), {}); });
  rehearsal.let_go();
  resting.join();
  CHECK(came);
  CHECK((*clock)->now() == begin + hours(2));
}

TEST_CASE("clock: a stop ends the rest beside a held clock") {
  std::stop_source stop;
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  rehearsal.hold();
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  bool came = true;
  std::jthread resting([&] { came = rest_until(**clock, begin + hours(2), stop.get_token()); });
  stop.request_stop();
  resting.join();
  CHECK_FALSE(came);
  CHECK((*clock)->now() == begin);
}

TEST_CASE("clock: several may wait for a rehearsal clock at once") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  std::atomic<int> came = 0;
  {
    std::vector<std::jthread> waiting;
    for (int who = 0; who < 4; ++who) {
      waiting.emplace_back([&, who] {
        for (int i = 1; i <= 200; ++i) {
          came += (*clock)->wait_until(begin + seconds(4 * i + who), {}) ? 1 : 0;
        }
      });
    }
  }
  CHECK(came == 800);
  CHECK((*clock)->now() == begin + seconds(803));
}

TEST_CASE("clock: a stop ends the waiting and time stays where it was") {
  std::stop_source stop;
  stop.request_stop();
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  const auto clock = make_clock();
  REQUIRE(clock);
  const Instant begin = (*clock)->now();
  CHECK_FALSE((*clock)->wait_until(begin + hours(2), stop.get_token()));
  CHECK((*clock)->now() == begin);
}

TEST_CASE("clock: the machine's clock gives up waiting at a stop") {
  std::stop_source stop;
  stop.request_stop();
  const auto clock = make_clock();
  REQUIRE(clock);
  CHECK_FALSE((*clock)->wait_until((*clock)->now() + hours(2), stop.get_token()));
  CHECK((*clock)->wait_until((*clock)->now() - hours(1), {}));
}

TEST_CASE("clock: a file without a time is refused with what to write") {
  const Rehearsal rehearsal("soon");
  const auto clock = make_clock();
  REQUIRE_FALSE(clock);
  CHECK(clock.error().kind == ErrorKind::invalid_config);
  CHECK(clock.error().message.find("2026-10-28T06:30:00Z") != std::string::npos);
}

TEST_CASE("clock: a clock file that vanishes leaves the time standing") {
  const Rehearsal rehearsal("2026-10-28T06:30:00Z");
  const auto clock = make_clock();
  REQUIRE(clock);
  std::filesystem::remove(rehearsal.file);
  CHECK(to_text((*clock)->now()) == "2026-10-28T06:30:00Z");
}
