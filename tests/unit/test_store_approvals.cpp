// SPDX-License-Identifier: Apache-2.0
#include "store/approvals.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

Approval asked(std::uint32_t number, const std::string& key) {
  Approval approval;
  approval.account = account(number);
  approval.action = "consultative_call";
  approval.task.key = key;
  approval.task.subject = "Acme: how is it going?";
  approval.asked_at = kNoon;
  return approval;
}

}  // namespace

TEST_CASE("approvals: a question waits over restarts until somebody answers") {
  LedgerFixture ledger;
  {
    Approvals approvals(ledger.database());
    ledger.committed([&](Transaction& t) { REQUIRE(approvals.propose(t, asked(1, "k1"))); });
  }
  Database reopened = ledger.open();
  Approvals approvals(reopened);
  REQUIRE(approvals.list(ApprovalState::pending)->size() == 1);
  REQUIRE(*approvals.count(ApprovalState::pending) == 1);
  Transaction t = LedgerFixture::begin(reopened);
  REQUIRE(*approvals.decide(t, "k1", ApprovalState::approved, "the manager", kNoon + hours(1)));
  REQUIRE_FALSE(*approvals.decide(t, "k1", ApprovalState::approved, "another", kNoon + hours(2)));
  REQUIRE(t.commit());
  const Approval answered = **approvals.find("k1");
  REQUIRE(answered.state == ApprovalState::approved);
  REQUIRE(answered.by == "the manager");
  REQUIRE(answered.decided_at == kNoon + hours(1));
  REQUIRE(answered.task.subject == "Acme: how is it going?");
  REQUIRE(answered.account == account(1));
  REQUIRE(approvals.list(ApprovalState::pending)->empty());
}

TEST_CASE("approvals: asking again changes nothing, and no answer is turned round") {
  LedgerFixture ledger;
  Approvals approvals(ledger.database());
  Transaction t = ledger.begin();
  REQUIRE(approvals.propose(t, asked(1, "k1")));
  REQUIRE(approvals.decide(t, "k1", ApprovalState::declined, "the manager", kNoon));
  REQUIRE(approvals.propose(t, asked(1, "k1")));
  REQUIRE((*approvals.find("k1"))->state == ApprovalState::declined);
  const auto turned = approvals.decide(t, "k1", ApprovalState::approved, "another", kNoon);
  REQUIRE(turned.error().kind == ErrorKind::invalid_config);
  REQUIRE(turned.error().message == "task k1 was declined before");
  REQUIRE(approvals.decide(t, "k9", ApprovalState::approved, "", kNoon).error().kind ==
          ErrorKind::not_found);
}

TEST_CASE("approvals: the newest of an account and action is found; answers are not withdrawn") {
  LedgerFixture ledger;
  Approvals approvals(ledger.database());
  Transaction t = ledger.begin();
  for (const char* key : {"k1", "k2", "k3"}) REQUIRE(approvals.propose(t, asked(1, key)));
  REQUIRE((*approvals.newest(1, "consultative_call"))->task.key == "k3");
  REQUIRE_FALSE(approvals.newest(1, "comparison")->has_value());
  REQUIRE(approvals.decide(t, "k2", ApprovalState::approved, "the manager", kNoon));
  REQUIRE(approvals.withdraw(t, "k2"));
  REQUIRE(approvals.withdraw(t, "k3"));
  REQUIRE(approvals.list({})->size() == 2);
  REQUIRE(approvals.remove(t, 1));
  REQUIRE(approvals.list({})->empty());
}

TEST_CASE("approvals: a yes is used up once, stays a yes, and nothing else can be used up") {
  LedgerFixture ledger;
  Approvals approvals(ledger.database());
  Transaction t = ledger.begin();
  for (const char* key : {"k1", "k2", "k3"}) REQUIRE(approvals.propose(t, asked(1, key)));
  REQUIRE(approvals.decide(t, "k1", ApprovalState::approved, "the manager", kNoon));
  REQUIRE(approvals.decide(t, "k2", ApprovalState::declined, "the manager", kNoon));
  for (const char* key : {"k1", "k1", "k2", "k3"}) REQUIRE(approvals.use_up(t, key));
  REQUIRE((*approvals.find("k1"))->state == ApprovalState::used_up);
  REQUIRE((*approvals.find("k1"))->by == "the manager");
  REQUIRE((*approvals.find("k2"))->state == ApprovalState::declined);
  REQUIRE((*approvals.find("k3"))->state == ApprovalState::pending);
  REQUIRE(approvals.list(ApprovalState::approved)->empty());
  REQUIRE_FALSE(*approvals.decide(t, "k1", ApprovalState::approved, "another", kNoon + hours(1)));
  REQUIRE((*approvals.find("k1"))->state == ApprovalState::used_up);
  const auto turned = approvals.decide(t, "k1", ApprovalState::declined, "another", kNoon);
  REQUIRE(turned.error().kind == ErrorKind::invalid_config);
  REQUIRE(turned.error().message == "task k1 was approved and used up before");
}
