// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/seed.h"

#include <algorithm>
#include <deque>

#include "core/file_io.h"

namespace upselld::simulation {

namespace {

constexpr Instant kMonday{1'793'610'000'000};  // 2026-11-02T09:00:00Z
constexpr int kRunsLeast = 4, kRunsMost = 7;
constexpr int kQuietRunsMost = 8;
constexpr int kShareOfCalls = 10;
// A run that one of two CRMs has stopped short asks the other less.
constexpr double kDisorderOfTwo = 1.75;
constexpr std::uint64_t kNextWorld = 1'000'003;  // so that two CRMs of a seed are not alike

// A CRM and its network.
struct Site {
  Site(const std::string& crm, std::uint64_t seed, const std::filesystem::path& clock_file,
       double disorder)
      : world(make_world(crm, seed, kMonday)), chaos(*world, clock_file, disorder) {}

  const std::unique_ptr<World> world;
  Chaos chaos;
};

class Seed {
 public:
  Seed(const std::vector<std::string>& crms, std::uint64_t seed,
       const std::filesystem::path& program, const std::filesystem::path& folder)
      : program_(program, folder), random_(seed, sandbox::Random::Purpose::traits, 3) {
    static_cast<void>(write_file_atomically(program_.clock_file(), to_text(kMonday) + "\n"));
    const double disorder = crms.size() == 1 ? 1 : kDisorderOfTwo;
    std::vector<Connection> connections;
    for (std::size_t i = 0; i < crms.size(); ++i) {
      Site& site =
          sites_.emplace_back(crms[i], seed + i * kNextWorld, program_.clock_file(), disorder);
      connections.push_back(site.world->connect(site.chaos.open(), random_));
    }
    program_.configure(connections);
  }

  SeedResult run() {
    disorder();
    quiet();
    judge();
    for (const Site& site : sites_) {
      const MishapCounts& counts = site.chaos.counts();
      for (std::size_t i = 0; i < kMishapCount; ++i) result_.mishaps[i] += counts[i];
      const auto& violations = site.chaos.violations();
      result_.violations.insert(violations.begin(), violations.end());
    }
    return std::move(result_);
  }

 private:
  Ended sync(const std::vector<std::string>& arguments = {"sync"},
             const std::string& settings = "upselld.yaml") {
    ++result_.runs;
    Ended ended = program_.run(
        arguments,
        [this](int pid) {
          for (Site& site : sites_) site.chaos.set_child(pid);
        },
        settings);
    check_truthful(ended, result_.violations);
    for (const nlohmann::json& each : ended.connections()) {
      result_.writes += static_cast<unsigned>(Ended::delivered(each, "fields"));
      result_.tasks += static_cast<unsigned>(Ended::delivered(each, "tasks"));
    }
    return ended;
  }

  void disorder() {
    for (Site& site : sites_) site.chaos.begin_disorder();
    const int runs = random_.between(kRunsLeast, kRunsMost);
    for (int i = 0; i < runs; ++i) {
      sync();
      for (Site& site : sites_) site.chaos.people_act(random_.between(0, 4));
      move_clock(random_.chance(0.5) ? minutes(random_.between(5, 90))
                                     : hours(random_.between(3, 30)));
    }
  }

  // The CRMs' clocks follow upselld's.
  void move_clock(Duration by) { sites_.front().chaos.move_clock(by); }

  // Until a run finds nothing left to do. A day without calls left ends, too.
  void quiet() {
    int runs_least = 0;
    for (Site& site : sites_) {
      site.chaos.calm_down();
      runs_least = std::max(runs_least, site.world->quiet_runs_least());
    }
    for (int i = 0; i < kQuietRunsMost; ++i) {
      Duration pause;
      for (const Site& site : sites_) pause = std::max(pause, site.world->before_quiet_run(i));
      // Where all is known and written, rest is a matter of hours: each day changes something.
      if (i >= runs_least && last_.code == 0) pause = hours(1);
      move_clock(pause);
      last_ = sync();
      int delivered = 0;
      for (const nlohmann::json& each : last_.connections()) {
        for (const char* what : {"fields", "tasks", "withdrawn"}) {
          delivered += Ended::delivered(each, what);
        }
      }
      const bool is_done = last_.code == 0 && last_.json.is_object() && delivered == 0;
      if (is_done && i + 1 >= runs_least) return;
    }
    result_.violations.insert("never comes to rest: exit " + std::to_string(last_.code) + " " +
                              last_.err.substr(0, 200) + last_.json.dump().substr(0, 500));
  }

  void judge() {
    Violations& violations = result_.violations;
    for (const Site& site : sites_) {
      check_keys(*site.world, violations);
      check_edits(*site.world, violations);
      check_delivered(program_, *site.world, violations);
      check_audit(program_, *site.world, random_.next(), violations);
      const int own = site.world->calls_a_day_max() / kShareOfCalls;
      const int used = site.chaos.calls_a_day_max();
      if (used > own) {
        violations.insert("over the budget: " + std::to_string(used) + " calls on one day, of " +
                          std::to_string(own));
      }
    }
    const Ended fresh = sync({"sync", "--pull-only"}, "fresh.yaml");
    if (fresh.code != 0) violations.insert("the fresh pull failed: " + fresh.err.substr(0, 300));
    for (const Site& site : sites_) check_same_records(program_, *site.world, violations);
  }

  Program program_;
  std::deque<Site> sites_;
  sandbox::Random random_;
  Ended last_;
  SeedResult result_;
};

}  // namespace

SeedResult run_seed(const std::vector<std::string>& crms, std::uint64_t seed,
                    const std::filesystem::path& program, const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SeedResult result = Seed(crms, seed, program, folder).run();
  if (result.violations.empty()) std::filesystem::remove_all(folder);
  return result;
}

}  // namespace upselld::simulation
