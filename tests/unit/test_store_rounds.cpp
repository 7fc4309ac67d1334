// SPDX-License-Identifier: Apache-2.0
#include "store/rounds.h"

#include "store/audit_chain.h"
#include "store/runs.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

// A store in which the sync r1 has decided about "crm".
struct Decided {
  LedgerFixture ledger;
  Runs runs{ledger.database()};
  AuditChain audit{ledger.database()};
  Rounds rounds{ledger.database()};

  Decided() {
    ledger.committed([&](Transaction& t) {
      begin(t, "r1", RunKind::sync);
      note(t, "r1", AuditKind::run);
      REQUIRE(rounds.stand(t, "crm", {"r1", "model m1", kNoon, kNoon + hours(5)}));
    });
  }
  void begin(Transaction& t, const std::string& id, RunKind kind) {
    Run run;
    run.id = id;
    run.kind = kind;
    run.as_of = run.started_at = kNoon;
    REQUIRE(runs.begin(t, run));
  }
  void note(Transaction& t, const std::string& run, AuditKind kind) {
    REQUIRE(audit.append(t, {kind, kNoon, run, {}, "{}"}));
  }
  bool stands() const { return rounds.standing("crm")->has_value(); }
};

}  // namespace

TEST_CASE("rounds: the last one stands as it was kept, until it is made to fall") {
  Decided d;
  const auto round = *d.rounds.standing("crm");
  REQUIRE(round);
  REQUIRE(round->run == "r1");
  REQUIRE(round->rests_on == "model m1");
  REQUIRE(round->decided_at == kNoon);
  REQUIRE(round->stands_until == kNoon + hours(5));
  REQUIRE_FALSE(d.rounds.standing("other")->has_value());

  d.ledger.committed([&](Transaction& t) {
    d.begin(t, "r2", RunKind::sync);
    d.note(t, "r2", AuditKind::run);
    REQUIRE(d.rounds.stand(t, "crm", {"r2", "model m2", kNoon, kNoon}));
  });
  REQUIRE((*d.rounds.standing("crm"))->run == "r2");
  REQUIRE(*d.rounds.any_stands());
  d.ledger.committed([&](Transaction& t) { REQUIRE(d.rounds.fall(t)); });
  REQUIRE_FALSE(d.stands());
  REQUIRE_FALSE(*d.rounds.any_stands());
}

TEST_CASE("rounds: what later syncs note changes nothing, what anybody else notes does") {
  Decided d;
  d.ledger.committed([&](Transaction& t) {
    d.begin(t, "r2", RunKind::sync);
    d.note(t, "r2", AuditKind::done);
    d.note(t, "r1", AuditKind::done);
  });
  REQUIRE(d.stands());
  SECTION("a person, who has no run") {
    d.ledger.committed([&](Transaction& t) { d.note(t, "a person's", AuditKind::answered); });
    REQUIRE_FALSE(d.stands());
  }
  SECTION("an undo") {
    d.ledger.committed([&](Transaction& t) {
      d.begin(t, "u1", RunKind::undo);
      d.note(t, "u1", AuditKind::withdrawn);
    });
    REQUIRE_FALSE(d.stands());
  }
}
