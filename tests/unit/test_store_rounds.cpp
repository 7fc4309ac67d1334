// SPDX-License-Identifier: Apache-2.0
#include "store/rounds.h"

#include "store/audit_chain.h"
#include "store/records.h"
#include "store/runs.h"
#include "tests/support/record_pages.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

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
  d.ledger.committed([&](Transaction& t) { REQUIRE(d.rounds.fall(t)); });
  REQUIRE_FALSE(d.stands());
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

TEST_CASE("rounds: fall with the first news that are stored, not with what is known") {
  Decided d;
  const auto stored = [&](const Feed& feed, Page page) {
    Database database = d.ledger.open();
    auto records = Records::open(database, small_settings());
    REQUIRE(records);
    REQUIRE((*records)->apply(feed, std::move(page), kNoon));
    REQUIRE((*records)->flush());
  };
  const auto stands_again = [&] {
    d.ledger.committed([&](Transaction& t) {
      REQUIRE(d.rounds.stand(t, "crm", {"r1", "", kNoon, kNoon + hours(5)}));
    });
  };
  stored(accounts_feed(), account_page({{"A1", "one", 5}}));
  REQUIRE_FALSE(d.stands());
  stands_again();
  stored(accounts_feed(), account_page({{"A1", "one", 5}}));
  REQUIRE(d.stands());
  SECTION("a change") { stored(accounts_feed(), account_page({{"A1", "another", 6}})); }
  SECTION("an event") { stored(activities_feed("p"), activity_page({{"A1", "login", 7}})); }
  SECTION("an order whose account is not known yet") {
    stored(orders_feed(), order_page({{"O1", "A7", 10, 5, 1}}));
  }
  REQUIRE_FALSE(d.stands());
}
