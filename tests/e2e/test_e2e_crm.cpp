// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

constexpr const char* kProgram = UPSELLD_PROGRAM;
constexpr const char* kSandbox = UPSELLD_SANDBOX;

// The made-up CRM over a generated history, with a clock that stands still.
class FakeCrmRun {
 public:
  explicit FakeCrmRun(const std::string& faults) : faults_(faults) {
    REQUIRE(run(kSandbox,
                {"generate", "--accounts", "80", "--months", "12", "--seed", "3", "--out", "crm"},
                folder_.path())
                .code == 0);
    folder_.write("upselld.yaml",
                  "time_zone: UTC\n"
                  "currency: EUR\n"
                  "connections:\n"
                  "  crm: {plugin: fake_crm, write: fields_and_tasks, data: crm, faults: " +
                      faults +
                      "}\n"
                      "target: {kind: won_opportunity, kinds: [upsell], horizon: 90d}\n");
    folder_.write("clock", "2026-10-28T09:00:00Z\n");
    ::setenv("UPSELLD_CLOCK", folder_.path("clock").c_str(), 1);
  }
  ~FakeCrmRun() { ::unsetenv("UPSELLD_CLOCK"); }

  nlohmann::json sync(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments = {"--config", "upselld.yaml", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("sync");
    return run(kProgram, arguments, folder_.path()).json();
  }
  Ended upselld(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", "upselld.yaml"});
    return run(kProgram, arguments, folder_.path());
  }
  void set_faults(const std::string& faults) {
    std::string text = folder_.read("upselld.yaml");
    folder_.write("upselld.yaml", text.replace(text.find(faults_), faults_.size(), faults));
    faults_ = faults;
  }
  // All that was ever written to the CRM: in any order, each thing as often as it was written.
  std::multiset<std::string> journal() const {
    std::multiset<std::string> all;
    if (!folder_.has("crm/journal.jsonl")) return all;
    std::istringstream lines(folder_.read("crm/journal.jsonl"));
    for (std::string line; std::getline(lines, line);) all.insert(line);
    return all;
  }
  // How often our fields of each account were written.
  std::map<std::string, int> writes() const {
    std::map<std::string, int> counts;
    if (!folder_.has("crm/journal.jsonl")) return counts;
    std::istringstream lines(folder_.read("crm/journal.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line);
      if (json.at("op") == "our_fields") ++counts[json.at("id")];
    }
    return counts;
  }

 private:
  std::string faults_;
  Folder folder_;
};

bool all_once(const std::map<std::string, int>& writes) {
  return std::all_of(writes.begin(), writes.end(),
                     [](const auto& write) { return write.second == 1; });
}

}  // namespace

TEST_CASE("fields whose answer was lost are looked at, and not written again") {
  const FakeCrmRun crm("{seed: 5, lost_answers: 20%}");
  const auto first = crm.sync();
  REQUIRE(first.at("unknown") > 3);
  const auto written = crm.writes();
  const auto second = crm.sync();
  CHECK(second.at("unknown") == 0);
  CHECK(second.at("delivered").at("fields") == first.at("unknown"));
  CHECK(crm.writes() == written);
  CHECK(all_once(written));
}

TEST_CASE("a connection that drops in the middle of a batch loses nothing and repeats nothing") {
  const FakeCrmRun crm("{seed: 5, drop_connection: yes}");
  const auto first = crm.sync();
  CHECK(first.at("status") != "done");
  const auto second = crm.sync();
  const auto written = crm.writes();
  CHECK(written.size() == second.at("accounts"));
  CHECK(all_once(written));
}

TEST_CASE("a full pull waits for its job by the rehearsal's clock") {
  const FakeCrmRun crm("{seed: 5, not_ready: 2}");
  CHECK(crm.sync().at("accounts") == 80);
}

TEST_CASE("calls that are used up in the middle of a pull: nothing is decided on a part of it") {
  const FakeCrmRun undisturbed("{seed: 5}");
  REQUIRE(undisturbed.sync().at("status") == "done");
  const std::size_t streams = undisturbed.sync().at("pulled").size();
  REQUIRE(streams >= 4);
  for (std::size_t calls = 1; calls < streams; ++calls) {
    INFO("after " << calls << " of " << streams << " streams");
    FakeCrmRun crm("{seed: 5, calls_max: " + std::to_string(calls) + "}");
    const auto stopped = crm.sync();
    CHECK(stopped.at("status") == "held");
    CHECK(stopped.at("out_of_calls").at("unread").size() == streams - calls);
    CHECK(stopped.at("decided").at("changed") == 0);
    CHECK(crm.journal().empty());
    for (const char* command : {"plan", "train"}) {
      INFO(command);
      CHECK(crm.upselld({command}).code != 0);
      CHECK(crm.upselld({"models"}).out.find("no model") != std::string::npos);
    }
    crm.set_faults("{seed: 5}");
    const auto done = crm.sync();
    CHECK(done.at("status") == "done");
    CHECK(done.at("accounts") == 80);
    CHECK(crm.journal() == undisturbed.journal());
  }
}

TEST_CASE("what was decided as of a past day reaches no CRM, then or later") {
  const FakeCrmRun crm("{seed: 5}");
  const auto past = crm.sync({"--as-of", "2026-09-01"});
  CHECK(past.at("scored") > 0);
  CHECK(past.at("delivered").at("fields") == 0);
  CHECK(crm.writes().empty());
  REQUIRE(crm.upselld({"--as-of", "2026-09-01", "plan", "past.plan"}).code == 0);
  const Ended applied = crm.upselld({"apply", "past.plan"});
  CHECK(applied.code == 2);
  CHECK(applied.err.find("a plan of a past day") != std::string::npos);
  const Ended of_today = crm.upselld({"--json", "plan", "today.plan"});
  REQUIRE(of_today.code == 0);
  CHECK(of_today.json().at("as_of_given") == false);
  CHECK(crm.journal().empty());
  const auto today = crm.sync();
  CHECK(today.at("delivered").at("fields") == today.at("accounts"));
  CHECK(all_once(crm.writes()));
}

}  // namespace upselld::e2e
