// SPDX-License-Identifier: Apache-2.0
#include "daemon/task_questions.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::daemon;
using store::ApprovalState;
using store::kNoon;

namespace {

// Rounds of decisions about the account 1 of "crm", one a day.
struct Rounds {
  store::LedgerFixture fixture;
  Ledger ledger{fixture.database()};
  WriteLevel write = WriteLevel::fields_and_tasks;
  int day = 0;

  // A round in which the account is as `decision` says; whether a question stands after it.
  bool decide(const CaseDecision& decision, std::uint32_t number = 1) {
    AccountCase one;
    one.facts.number = number;
    one.facts.id = "A" + std::to_string(number);
    return round([&](TaskQuestions& questions, store::Transaction& t) {
      const auto asked = questions.ask(t, one, decision);
      REQUIRE(asked);
      return *asked;
    });
  }
  // `work(questions, transaction)` between the begin and the end of a round.
  template <typename Work>
  bool round(const Work& work) {
    ++day;
    const DecisionScope scope = {"run", "crm", now(), write, "", "", {}, {}};
    TaskQuestions questions(ledger, scope, days(180));
    bool done = false;
    fixture.committed([&](store::Transaction& t) {
      REQUIRE(questions.read());
      done = work(questions, t);
      REQUIRE(questions.end(t));
    });
    return done;
  }
  void answer(const std::string& key, ApprovalState state) {
    fixture.committed([&](store::Transaction& t) {
      REQUIRE(ledger.approvals.decide(t, key, state, "the manager", now()));
    });
  }
  // Day 1's question about `action`, answered with yes.
  std::string said_yes(const std::string& action);
  Instant now() const { return kNoon + days(day); }
  ApprovalState state(const std::string& key) const {
    const auto found = ledger.approvals.find(key);
    REQUIRE(*found);
    return (*found)->state;
  }
  std::size_t pending() const { return *ledger.approvals.count(ApprovalState::pending); }
};

CaseDecision of_action(const std::string& action) {
  CaseDecision decision;
  decision.choice.action = action;
  return decision;
}

// The account waits for a yes; tasks are due, so that it may be asked for.
CaseDecision waiting(const std::string& action, const std::string& key) {
  CaseDecision decision = of_action(action);
  decision.held = hold::kApprovalPending;
  playbook::TaskWish wish;
  wish.action = action;
  wish.key = key;
  decision.choice.wish = wish;
  return decision;
}

CaseDecision with_task(const std::string& action, const std::string& key) {
  CaseDecision decision = of_action(action);
  TaskDraft task;
  task.key = key;
  decision.task = task;
  return decision;
}

std::string Rounds::said_yes(const std::string& action) {
  const std::string key = action + "." + std::to_string(day + 1);
  REQUIRE(decide(waiting(action, key)));
  answer(key, ApprovalState::approved);
  return key;
}

}  // namespace

TEST_CASE("task questions: one is asked, stands, and is taken back when the account moves on") {
  Rounds rounds;
  CHECK(rounds.decide(waiting("ask", "k1")));
  CHECK(rounds.decide(waiting("ask", "k2")));
  CHECK(rounds.pending() == 1);
  CHECK(rounds.decide(waiting("offer", "k3")));
  CHECK(rounds.pending() == 1);
  CHECK_FALSE(rounds.ledger.approvals.find("k1")->has_value());
  CHECK_FALSE(rounds.decide(of_action("offer")));
  CHECK(rounds.pending() == 0);
}

TEST_CASE("task questions: none is asked about tasks that are not made") {
  Rounds rounds;
  rounds.write = WriteLevel::fields;
  CHECK_FALSE(rounds.decide(waiting("ask", "k1")));
  CHECK(rounds.pending() == 0);
}

TEST_CASE("task questions: of accounts that are gone none stands, others are left alone") {
  Rounds rounds;
  REQUIRE(rounds.decide(waiting("ask", "k1")));
  rounds.fixture.committed([&](store::Transaction& t) {
    for (const std::uint32_t number : {2, 3, 4}) {
      store::Approval other;
      other.account = store::account(number, number == 4 ? "shop" : "crm");
      other.action = "ask";
      other.task.key = "k" + std::to_string(number);
      other.asked_at = kNoon;
      REQUIRE(rounds.ledger.approvals.propose(t, other));
    }
  });
  rounds.answer("k3", ApprovalState::approved);
  // The round meets the account 1, which is deleted, leaves out 2, and never sees 3.
  rounds.round([&](TaskQuestions& questions, store::Transaction& t) {
    AccountCase one;
    one.facts.number = 1;
    one.not_scored = "deleted";
    REQUIRE_FALSE(*questions.ask(t, one, {}));
    questions.leave(2);
    return true;
  });
  CHECK_FALSE(rounds.ledger.approvals.find("k1")->has_value());
  CHECK(rounds.state("k2") == ApprovalState::pending);
  CHECK(rounds.state("k3") == ApprovalState::used_up);
  CHECK(rounds.state("k4") == ApprovalState::pending);
}

TEST_CASE("task questions: a yes waits for its task and is used up by it") {
  Rounds rounds;
  const std::string yes = rounds.said_yes("ask");
  CaseDecision full = of_action("ask");
  full.held = hold::kCapacityReached;
  CHECK_FALSE(rounds.decide(full));
  CHECK(rounds.state(yes) == ApprovalState::approved);
  rounds.write = WriteLevel::fields;
  CHECK_FALSE(rounds.decide(with_task("ask", "t1")));
  CHECK(rounds.state(yes) == ApprovalState::approved);
  rounds.write = WriteLevel::fields_and_tasks;
  CHECK_FALSE(rounds.decide(with_task("ask", "t1")));
  CHECK(rounds.state(yes) == ApprovalState::used_up);
  CHECK(rounds.decide(waiting("ask", "k9")));
}

TEST_CASE("task questions: a yes lapses when the account moves on before its task") {
  Rounds rounds;
  const std::string yes = rounds.said_yes("ask");
  CHECK_FALSE(rounds.decide(of_action("")));
  CHECK(rounds.state(yes) == ApprovalState::used_up);
  CHECK(rounds.decide(waiting("ask", "k9")));
}

TEST_CASE("task questions: a yes that comes while the round is decided is not asked for again") {
  Rounds rounds;
  const std::string yes = rounds.said_yes("ask");
  CHECK_FALSE(rounds.decide(waiting("ask", "k2")));
  CHECK(rounds.state(yes) == ApprovalState::approved);
  // The round knew of it, and it was not good any more.
  CaseDecision known = waiting("ask", "k3");
  known.approval = playbook::Approval{"ask", Day{0}};
  CHECK(rounds.decide(known));
  CHECK(rounds.state("k3") == ApprovalState::pending);
}

TEST_CASE("task questions: after a no it is quiet for its time") {
  Rounds rounds;
  REQUIRE(rounds.decide(waiting("ask", "k1")));
  rounds.answer("k1", ApprovalState::declined);
  CHECK_FALSE(rounds.decide(waiting("ask", "k2")));
  CHECK(rounds.decide(waiting("offer", "k3")));
  rounds.day += 180;
  CHECK(rounds.decide(waiting("ask", "k4")));
}
