// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

namespace {

namespace fs = std::filesystem;

// Names of what restores set aside, oldest first.
std::vector<std::string> set_aside(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path("demo.state"))) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("upselld.db.replaced-")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Of the store, or of another in its place.
std::size_t runs_in(const Rehearsal& rehearsal, const std::string& store) {
  const Folder& folder = rehearsal.crm.folder();
  fs::create_directory(folder.path("other"));
  fs::copy_file(folder.path("demo.state/" + store), folder.path("other/upselld.db"));
  folder.write("other.yaml", "state: other\n" + folder.read("demo.yaml"));
  const Ended ended = run(UPSELLD_PROGRAM,
                          {"--config", "other.yaml", "--quiet", "--json", "status"}, folder.path());
  fs::remove_all(folder.path("other"));
  return ended.json()["runs"].size();
}

// Kills a process at its N-th kill point; 0: never.
struct Killing {
  explicit Killing(int at) { ::setenv("UPSELLD_KILL_AT", std::to_string(at).c_str(), 1); }
  ~Killing() { ::unsetenv("UPSELLD_KILL_AT"); }
  Killing(const Killing&) = delete;
  Killing& operator=(const Killing&) = delete;
};

}  // namespace

TEST_CASE("state: root writes nothing into the folder of another user") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can be another user");
    return;
  }
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  const std::string state = rehearsal.crm.folder().path("demo.state");
  REQUIRE(::chown(state.c_str(), 65534, 65534) == 0);
  const std::vector<std::vector<std::string>> writing = {
      {"pause"}, {"resume"}, {"sync"}, {"dashboard"}, {"run", "--once"}};
  for (const auto& words : writing) {
    const Ended ended = rehearsal.command(words);
    INFO(words[0] << ": " << ended.out << ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.err.find("not to root; run this as that user: runuser -u ") != std::string::npos);
  }
  CHECK(rehearsal.status()["paused"].empty());
  CHECK_FALSE(fs::exists(state + "/service"));
}

TEST_CASE("state: who may not look into the folder is told whose it is") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can be another user");
    return;
  }
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const std::string root = rehearsal.crm.folder().path();
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  fs::permissions(root, static_cast<fs::perms>(0755));
  fs::permissions(root + "/demo.state", static_cast<fs::perms>(0700));
  const auto as_nobody = [&](const std::string& command) {
    return run(
        "/usr/bin/setpriv",
        {"--reuid", "65534", "--clear-groups", UPSELLD_PROGRAM, "--config", "demo.yaml", command},
        root);
  };
  if (const Ended tried = as_nobody("--version"); tried.code >= 126) {
    WARN("skipped: " << tried.err);
    return;
  }
  for (const char* const command : {"status", "plan", "sync", "pause", "dashboard"}) {
    const Ended ended = as_nobody(command);
    INFO(command << ": " << ended.out << ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.err.find("belongs to root; run this as that user: sudo -u root upselld ...") !=
          std::string::npos);
  }
}

TEST_CASE("state: what each restore replaced stays, and nothing is written until a person looked") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const Folder& folder = rehearsal.crm.folder();
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  REQUIRE(rehearsal.command({"backup", "old.db"}).code == 0);
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  REQUIRE(rehearsal.command({"pause"}).code == 0);
  // A second one, of the wrong file, comes at once.
  REQUIRE(rehearsal.command({"restore", "old.db"}).code == 0);
  REQUIRE(rehearsal.command({"restore", "old.db"}).code == 0);
  const auto names = set_aside(folder);
  REQUIRE(names.size() == 2);
  CHECK(names[0] == "upselld.db.replaced-20261102T100000Z");
  CHECK(runs_in(rehearsal, names[0]) == 2);
  CHECK(runs_in(rehearsal, names[1]) == 1);
  CHECK(fs::exists(folder.path("demo.state/upselld.db")));

  const auto paused = rehearsal.status()["paused"];
  REQUIRE(paused.size() == 1);
  CHECK(paused[0]["connection"] == "all");
  CHECK(paused[0]["why"] == "restored: look at upselld plan, then upselld resume");
  const auto entries = rehearsal.command({"audit", "list"}).out;
  CHECK(count_of(entries, "\"paused\"") == 1);
  CHECK(rehearsal.command({"audit", "verify"}).code == 0);
  CHECK(rehearsal.command({"plan"}).code == 0);
  CHECK(rehearsal.command({"sync"}).json()["delivered"]["fields"] == 0);
  REQUIRE(rehearsal.command({"resume"}).code == 0);
  // It may be looked at and sent without news of the CRM.
  CHECK(rehearsal.command({"sync"}).json()["delivered"]["fields"] > 0);

  const Ended itself = rehearsal.command({"restore", "demo.state/upselld.db"});
  CHECK(itself.code == 2);
  CHECK(itself.err.find("it is the store itself") != std::string::npos);
}

TEST_CASE("state: a restore that is killed anywhere leaves a store, the old one or the new one") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const Folder& folder = rehearsal.crm.folder();
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  REQUIRE(rehearsal.command({"backup", "old.db"}).code == 0);
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  std::set<std::size_t> found;
  for (int at = 1;; ++at) {
    INFO("kill point " << at);
    REQUIRE(at < 100);
    Ended ended;
    {
      const Killing killing(at);
      ended = rehearsal.command({"restore", "old.db"});
    }
    const auto runs = rehearsal.status()["runs"].size();
    REQUIRE((runs == 1 || runs == 2));
    found.insert(runs);
    CHECK(rehearsal.command({"audit", "verify"}).code == 0);
    if (ended.code == 0) break;
    if (runs == 1) {
      // The old one is beside it; it is put back for the next try.
      const auto names = set_aside(folder);
      REQUIRE_FALSE(names.empty());
      REQUIRE(rehearsal.command({"restore", "demo.state/" + names.front()}).code == 0);
      REQUIRE(rehearsal.status()["runs"].size() == 2);
    }
  }
  CHECK(found == std::set<std::size_t>{1, 2});
}

TEST_CASE("status: names the command that lifts a pause, and no other one") {
  const DemoCrm crm({.accounts = 60, .months = 8, .seed = 3});
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"pause", "crm"}).code == 0);
  CHECK(crm.upselld({"status"}).out.find("; go on with: upselld resume crm\n") !=
        std::string::npos);
  REQUIRE(crm.upselld({"pause"}).code == 0);
  CHECK(crm.upselld({"status"}).out.find("; go on with: upselld resume\n") != std::string::npos);
}
