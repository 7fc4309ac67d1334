// SPDX-License-Identifier: Apache-2.0
#include "store/runs.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

Run run(const std::string& id, RunKind kind = RunKind::sync) {
  Run made;
  made.id = id;
  made.kind = kind;
  made.as_of = kNoon - hours(1);
  made.started_at = kNoon;
  return made;
}

}  // namespace

TEST_CASE("runs: one that was begun and not finished is told after a restart") {
  LedgerFixture ledger;
  {
    Runs runs(ledger.database());
    ledger.committed([&](Transaction& t) {
      REQUIRE(runs.begin(t, run("r1")));
      REQUIRE(runs.begin(t, run("r2")));
      REQUIRE(runs.finish(t, "r1", RunStatus::done, "{\"scored\":3}", kNoon + minutes(2)));
    });
  }
  Database reopened = ledger.open();
  const auto unfinished = Runs(reopened).unfinished();
  REQUIRE(unfinished->size() == 1);
  REQUIRE(unfinished->front().id == "r2");
  REQUIRE(unfinished->front().status == RunStatus::running);
  REQUIRE(unfinished->front().finished_at.is_missing());
}

TEST_CASE("runs: the newest comes first, and the last of a kind is a finished one") {
  LedgerFixture ledger;
  Runs runs(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(runs.begin(t, run("z")));
    REQUIRE(runs.finish(t, "z", RunStatus::held, "{}", kNoon));
    REQUIRE(runs.begin(t, run("m", RunKind::train)));
    REQUIRE(runs.begin(t, run("a")));
  });
  REQUIRE(runs.list(10)->front().id == "a");
  REQUIRE(runs.list(10)->size() == 3);
  REQUIRE(runs.list(1)->size() == 1);
  REQUIRE(runs.list(10, RunKind::train)->front().id == "m");
  const auto last = runs.last(RunKind::sync);
  REQUIRE((*last)->id == "z");
  REQUIRE((*last)->status == RunStatus::held);
  REQUIRE((*last)->as_of == kNoon - hours(1));
  REQUIRE_FALSE(runs.last(RunKind::train)->has_value());
  REQUIRE_FALSE(runs.find("nobody")->has_value());
}

TEST_CASE("runs: an id is never used twice, and none is finished that was not begun") {
  LedgerFixture ledger;
  Runs runs(ledger.database());
  Transaction t = ledger.begin();
  REQUIRE(runs.begin(t, run("r1")));
  const auto again = runs.begin(t, run("r1"));
  REQUIRE_FALSE(again);
  REQUIRE(again.error().kind == ErrorKind::invalid_config);
  const auto unknown = runs.finish(t, "r9", RunStatus::done, "{}", kNoon);
  REQUIRE_FALSE(unknown);
  REQUIRE(unknown.error().kind == ErrorKind::not_found);
  REQUIRE(unknown.error().message == "store: finish run r9: it was never begun");
}

TEST_CASE("runs: what was not committed is not there") {
  LedgerFixture ledger;
  Runs runs(ledger.database());
  {
    Transaction t = ledger.begin();
    REQUIRE(runs.begin(t, run("r1")));
  }
  REQUIRE(runs.list(10)->empty());
}
