// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

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
