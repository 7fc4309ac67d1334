// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/simulation/seed.h"

// Runs seeds and prints what failed; bench/simulate says the rest.
namespace {

using namespace upselld::simulation;  // NOLINT: the whole program is about it

struct Options {
  std::uint64_t seeds = 300, first_seed = 1;
  int threads = 2;
  std::string crm = "salesforce", program, folder = "/tmp/upselld-simulation";
  bool keep_going = false;

  std::vector<std::string> crms() const {
    return crm == "both" ? std::vector<std::string>{"salesforce", "hubspot"}
                         : std::vector<std::string>{crm};
  }
};

struct Sum {
  std::mutex mutex;
  std::uint64_t next = 0, done = 0, failed = 0, runs = 0, tasks = 0, writes = 0;
  MishapCounts mishaps{};
};

void add(const SeedResult& result, std::uint64_t seed, const std::string& folder, Sum& sum) {
  ++sum.done;
  sum.runs += result.runs;
  sum.tasks += result.tasks;
  sum.writes += result.writes;
  for (std::size_t i = 0; i < kMishapCount; ++i) sum.mishaps[i] += result.mishaps[i];
  if (result.violations.empty()) return;
  ++sum.failed;
  fmt::print(stderr, "seed {} failed; its state is kept in {}\n", seed, folder);
  for (const std::string& violation : result.violations) {
    fmt::print(stderr, "  {}\n", violation);
  }
}

void work(const Options& options, Sum& sum) {
  for (;;) {
    std::uint64_t seed = 0;
    {
      const std::lock_guard lock(sum.mutex);
      if (sum.next == options.seeds || (sum.failed > 10 && !options.keep_going)) return;
      seed = options.first_seed + sum.next++;
    }
    const std::string folder = options.folder + "/seed-" + std::to_string(seed);
    const SeedResult result = run_seed(options.crms(), seed, options.program, folder);
    const std::lock_guard lock(sum.mutex);
    add(result, seed, folder, sum);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Days of small companies in which everything goes wrong", "simulation");
  Options options;
  app.add_option("--program", options.program, "upselld")->required();
  app.add_option("--crm", options.crm)
      ->check(CLI::IsMember({"salesforce", "hubspot", "both"}))
      ->capture_default_str();
  app.add_option("--seeds", options.seeds)->capture_default_str();
  app.add_option("--first-seed", options.first_seed)->capture_default_str();
  app.add_option("--threads", options.threads)->capture_default_str();
  app.add_option("--folder", options.folder, "for state; failed seeds stay")->capture_default_str();
  app.add_flag("--keep-going", options.keep_going, "beyond ten failed seeds");
  CLI11_PARSE(app, argc, argv);
  Sum sum;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.threads; ++i)
    threads.emplace_back(work, std::cref(options), std::ref(sum));
  for (std::thread& thread : threads) thread.join();
  nlohmann::ordered_json out = {{"first_seed", options.first_seed},
                                {"seeds", sum.done},
                                {"failed", sum.failed},
                                {"runs", sum.runs},
                                {"field_writes", sum.writes},
                                {"tasks", sum.tasks}};
  for (const std::string& crm : options.crms()) {
    const auto world = make_world(crm, options.first_seed, upselld::Instant{0});
    for (std::size_t i = 0; i < kMishapCount; ++i) {
      const auto mishap = static_cast<Mishap>(i);
      if (world->can_happen(mishap)) out["mishaps"][to_text(mishap)] = sum.mishaps[i];
    }
  }
  fmt::print("{}\n", out.dump());
  return sum.failed == 0 ? 0 : 1;
}
