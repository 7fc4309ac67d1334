// SPDX-License-Identifier: Apache-2.0
#include "store/trials.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

Trial trial(const std::string& action, bool held_out, int day) {
  Trial made;
  made.day = Day{day};
  made.action = action;
  made.rule = "playbook.yaml:7 " + action;
  made.task_type = "call";
  made.held_out = held_out;
  return made;
}

}  // namespace

TEST_CASE("trials: an account's first one stays, whatever comes after it") {
  LedgerFixture ledger;
  Trials trials(ledger.database());
  Trial first = trial("ask", true, 20'000);
  first.probability = 0.125;
  ledger.committed([&](Transaction& t) {
    REQUIRE(*trials.begin(t, account(1), "r1", first));
    REQUIRE_FALSE(*trials.begin(t, account(1), "r2", trial("call", false, 20'040)));
    REQUIRE(*trials.begin(t, account(2), "r2", trial("call", false, 20'040)));
    REQUIRE(*trials.begin(t, account(3, "other"), "r2", trial("call", true, 20'040)));
  });
  first.account = "A1";
  Trial second = trial("call", false, 20'040);
  second.account = "A2";
  REQUIRE(*trials.list("crm") == std::vector<Trial>{first, second});
  REQUIRE(trials.list("other")->size() == 1);
}

TEST_CASE("trials: what is not committed, or removed, is not there") {
  LedgerFixture ledger;
  Trials trials(ledger.database());
  {
    Transaction left = ledger.begin();
    REQUIRE(*trials.begin(left, account(1), "r1", trial("ask", true, 20'000)));
  }
  REQUIRE(trials.list("crm")->empty());
  ledger.committed([&](Transaction& t) {
    REQUIRE(*trials.begin(t, account(1), "r1", trial("ask", true, 20'000)));
  });
  ledger.committed([&](Transaction& t) {
    REQUIRE(trials.remove(t, 1));
    REQUIRE(trials.remove(t, 2));
  });
  REQUIRE(trials.list("crm")->empty());
}
