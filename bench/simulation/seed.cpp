// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/seed.h"

#include "core/file_io.h"

namespace upselld::simulation {

namespace {

constexpr Instant kMonday{1'793'610'000'000};  // 2026-11-02T09:00:00Z
constexpr int kRunsLeast = 4, kRunsMost = 7;
constexpr int kQuietRunsMost = 8;
constexpr int kShareOfCalls = 10;

class Seed {
 public:
  Seed(const std::string& crm, std::uint64_t seed, const std::filesystem::path& program,
       const std::filesystem::path& folder)
      : world_(make_world(crm, seed, kMonday)),
        program_(program, folder),
        chaos_(*world_, program_.clock_file()),
        random_(seed, sandbox::Random::Purpose::traits, 3) {
    static_cast<void>(write_file_atomically(program_.clock_file(), to_text(kMonday) + "\n"));
    program_.configure(world_->connect(chaos_.open(), random_));
  }

  SeedResult run() {
    disorder();
    quiet();
    judge();
    result_.mishaps = chaos_.counts();
    result_.violations.insert(chaos_.violations().begin(), chaos_.violations().end());
    return std::move(result_);
  }

 private:
  Ended sync(const std::vector<std::string>& arguments = {"sync"},
             const std::string& settings = "upselld.yaml") {
    ++result_.runs;
    Ended ended = program_.run(
        arguments, [this](int pid) { chaos_.set_child(pid); }, settings);
    check_truthful(ended, result_.violations);
    if (ended.json.is_object() && ended.json.contains("delivered")) {
      result_.writes += ended.json["delivered"].value("fields", 0U);
      result_.tasks += ended.json["delivered"].value("tasks", 0U);
    }
    return ended;
  }

  void disorder() {
    chaos_.begin_disorder();
    const int runs = random_.between(kRunsLeast, kRunsMost);
    for (int i = 0; i < runs; ++i) {
      sync();
      chaos_.people_act(random_.between(0, 4));
      chaos_.move_clock(random_.chance(0.5) ? minutes(random_.between(5, 90))
                                            : hours(random_.between(3, 30)));
    }
  }

  // Until a run finds nothing left to do. A day without calls left ends, too.
  void quiet() {
    chaos_.calm_down();
    for (int i = 0; i < kQuietRunsMost; ++i) {
      chaos_.move_clock(world_->before_quiet_run(i));
      last_ = sync();
      const bool is_done = last_.code == 0 && last_.json.is_object() &&
                           last_.json.value("/delivered/fields"_json_pointer, 0) +
                                   last_.json.value("/delivered/tasks"_json_pointer, 0) +
                                   last_.json.value("/delivered/withdrawn"_json_pointer, 0) ==
                               0;
      if (is_done && i + 1 >= world_->quiet_runs_least()) return;
    }
    result_.violations.insert("never comes to rest: exit " + std::to_string(last_.code) + " " +
                              last_.err.substr(0, 200) + last_.json.dump().substr(0, 500));
  }

  void judge() {
    Violations& violations = result_.violations;
    check_keys(*world_, violations);
    check_edits(*world_, violations);
    check_delivered(program_, *world_, violations);
    check_audit(program_, *world_, random_.next(), violations);
    const int own = world_->calls_a_day_max() / kShareOfCalls;
    if (chaos_.calls_a_day_max() > own) {
      violations.insert("over the budget: " + std::to_string(chaos_.calls_a_day_max()) +
                        " calls on one day, of " + std::to_string(own));
    }
    const Ended fresh = sync({"sync", "--pull-only"}, "fresh.yaml");
    if (fresh.code != 0) violations.insert("the fresh pull failed: " + fresh.err.substr(0, 300));
    check_same_records(program_, violations);
  }

  const std::unique_ptr<World> world_;
  Program program_;
  Chaos chaos_;
  sandbox::Random random_;
  Ended last_;
  SeedResult result_;
};

}  // namespace

SeedResult run_seed(const std::string& crm, std::uint64_t seed,
                    const std::filesystem::path& program, const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SeedResult result = Seed(crm, seed, program, folder).run();
  if (result.violations.empty()) std::filesystem::remove_all(folder);
  return result;
}

}  // namespace upselld::simulation
