// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <sstream>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

namespace {

int entries_of(const Rehearsal& rehearsal, const std::string& kind) {
  const auto listed = rehearsal.command({"audit", "list", "--top", "100000"}).json();
  int count = 0;
  for (const auto& entry : listed["entries"]) {
    count += entry["kind"] == kind ? 1 : 0;
  }
  return count;
}

// Each account's features as of now, by the settings in a file.
std::vector<std::string> rows_by(const Rehearsal& rehearsal, const std::string& settings) {
  const Ended exported = run(
      UPSELLD_PROGRAM, {"--config", settings, "--quiet", "audit", "export", "--canonical", "all"},
      rehearsal.crm.folder().path());
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  std::vector<std::string> rows;
  std::istringstream text(rehearsal.crm.folder().read("all"));
  for (std::string line; std::getline(text, line);) {
    if (line.rfind("row ", 0) == 0) rows.push_back(line);
  }
  return rows;
}

}  // namespace

TEST_CASE("retention: a service of eight months keeps what it is told to, and the audit holds") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  rehearsal.crm.edit("demo.yaml", "daily at 05:00", "monthly on the 4th at 05:00");
  rehearsal.crm.edit("demo.yaml", "{new_tasks: 500}", "{new_tasks: 5000, bands_moved: 100%}");
  const Ended first = rehearsal.service("2026-11-03T00:00:00Z");
  INFO(first.err);
  REQUIRE(first.code == 0);
  const std::string begun = rehearsal.status()["runs"][0]["run"];
  const auto accounts = rehearsal.command({"accounts", "--top", "2"}).json()["accounts"];
  const std::string gone = accounts[0]["account"];
  REQUIRE(rehearsal.command({"forget", gone}).code == 0);

  rehearsal.crm.edit("demo.yaml", "stop_when:",
                     "retention: {runs: 60d, deliveries: 60d, scores: 60d, audit: 90d}\n"
                     "stop_when:");
  const Ended later = rehearsal.service("2027-07-01T00:00:00Z");
  INFO(later.err);
  REQUIRE(later.code == 0);
  // On the 3rd with a training, and on the 4th.
  const int syncs = count_of(later.err, "event=sync connection=");
  CHECK(syncs == 16);
  CHECK(count_of(later.err, "event=dropped what=") > 0);
  CHECK(count_of(later.err, "maintenance_failed") == 0);

  // Those of May and June; all that there were still count.
  CHECK(rehearsal.status()["runs"].size() == 4);
  const Ended metrics =
      run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--quiet", "status", "--metrics"},
          rehearsal.crm.folder().path());
  const std::string total = "upselld_runs_total{kind=\"sync\",status=\"done\"} ";
  INFO(metrics.out);
  CHECK(metrics.out.find(total + std::to_string(syncs + 1) + "\n") != std::string::npos);
  const Ended undo = rehearsal.command({"undo", begun});
  CHECK(undo.code != 0);

  const auto verified = rehearsal.command({"audit", "verify"}).json();
  CHECK(verified["valid"] == true);
  CHECK(verified["dropped_payloads"] > 0);
  CHECK(entries_of(rehearsal, "dropped") > 0);
  const Ended replayed = rehearsal.command({"audit", "replay"});
  INFO(replayed.out);
  CHECK(replayed.code == 0);
  CHECK(replayed.json()["equal"] > 0);
  CHECK(replayed.json()["different"].empty());
  // Who was forgotten stays so, also when all is read once more.
  REQUIRE(rehearsal.command({"sync", "--full"}).code == 0);
  CHECK(rehearsal.command({"explain", gone}).code == 1);
  CHECK(rehearsal.command({"explain", accounts[1]["account"]}).code == 0);
}

TEST_CASE(
    "retention: old records count for nothing from their day on, whether or not they are dropped") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z", {.accounts = 400, .months = 48, .seed = 7});
  const Folder& folder = rehearsal.crm.folder();
  // Of the four years three are left.
  rehearsal.crm.edit("demo.yaml", "stop_when:", "retention: {records: 1095d}\nstop_when:");
  const Ended service = rehearsal.service("2026-11-02T12:00:00Z");
  INFO(service.err);
  REQUIRE(service.code == 0);
  CHECK(count_of(service.err, "old orders, order lines and activities") == 1);
  CHECK(entries_of(rehearsal, "dropped") == 1);

  std::string settings = folder.read("demo.yaml");
  settings.replace(settings.find("output: out"), 11, "output: two");
  folder.write("whole.yaml", settings);
  const auto whole = [&](std::vector<std::string> command) {
    command.insert(command.begin(), {"--config", "whole.yaml", "--quiet", "--json"});
    const Ended ended = run(UPSELLD_PROGRAM, command, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return ended.json();
  };
  whole({"sync"});
  const auto rows = rows_by(rehearsal, "demo.yaml");
  CHECK(rows.size() > 300);
  CHECK(rows == rows_by(rehearsal, "whole.yaml"));
  const std::string model = rehearsal.command({"train"}).json()["model_version"];
  CHECK(model != "rules-1");
  CHECK(model == whole({"train"})["model_version"]);

  // Two weeks later two weeks less count, and nothing is looked through again.
  rehearsal.set_clock("2026-11-20T10:00:00Z");
  const Ended later = rehearsal.service("2026-11-20T12:00:00Z");
  INFO(later.err);
  CHECK(later.code == 0);
  CHECK(count_of(later.err, "old orders") == 0);
  CHECK(rows_by(rehearsal, "demo.yaml") == rows_by(rehearsal, "whole.yaml"));
  rehearsal.set_clock("2026-12-02T10:00:00Z");
  CHECK(count_of(rehearsal.service("2026-12-02T12:00:00Z").err, "old orders") == 1);
  CHECK(rows_by(rehearsal, "demo.yaml") == rows_by(rehearsal, "whole.yaml"));

  folder.write("whole.yaml",
               settings.replace(settings.find("records: 1095d"), 14, "records: forever"));
  CHECK(rows_by(rehearsal, "demo.yaml") != rows_by(rehearsal, "whole.yaml"));
}
