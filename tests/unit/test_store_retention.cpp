// SPDX-License-Identifier: Apache-2.0
#include "store/retention.h"

#include "store/audit_verify.h"
#include "store/models.h"
#include "store/plans.h"
#include "store/runs.h"
#include "store/score_history.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

// Ten runs, a day apart, from `kNoon` on; each writes to two accounts and decides about them.
class Ten : public LedgerFixture {
 public:
  Ten() : audit(database()), runs(database()), plans(database()), outbox(database()) {
    for (int day = 0; day < 10; ++day) committed([&](Transaction& t) { add(t, day); });
  }

  static Instant at(int day) { return kNoon + days(day); }
  static std::string id(int day) { return "r" + std::to_string(day); }

  Dropped drop(const RetentionLimits& limits) {
    Retention retention(database(), limits, "keep", at(10));
    while (true) {
      const auto more = retention.step();
      REQUIRE(more);
      if (!*more) return retention.dropped();
    }
  }
  AuditVerdict verify() {
    auto verdict = verify_audit(database());
    REQUIRE(verdict);
    INFO((verdict->first_bad ? verdict->first_bad->reason : ""));
    REQUIRE(verdict->valid);
    return *verdict;
  }
  std::vector<AuditHeader> told() { return *audit.list({.kind = AuditKind::dropped}); }

  AuditChain audit;
  Runs runs;
  Plans plans;
  Outbox outbox;

 private:
  void add(Transaction& t, int day) {
    Run run;
    run.id = id(day);
    run.as_of = run.started_at = at(day);
    REQUIRE(runs.begin(t, run));
    REQUIRE(audit.append(t, {AuditKind::run, at(day), run.id, {}, "of the whole"}));
    for (const std::uint32_t number : {1U, 2U}) {
      WrittenFields fields;
      fields.account = account(number);
      fields.written[0] = std::to_string(day);
      REQUIRE(plans.note_fields(t, run.id, fields));
      REQUIRE(audit.append(t, {AuditKind::decided, at(day), run.id, account(number), "why"}));
      FieldUpdate update;
      update.account = account(number).id;
      // Each takes the place of the one before.
      REQUIRE(outbox.add(t, {account(number), "d", 1, update}, at(day)));
    }
    REQUIRE(plans.note_task(t, run.id, {account(1), "k" + run.id, "00T", false}));
    REQUIRE(runs.finish(t, run.id, RunStatus::done, "{}", at(day) + minutes(1)));
  }
};

}  // namespace

TEST_CASE("retention: without limits nothing goes, and nothing is told") {
  Ten ten;
  REQUIRE(ten.drop({}).all() == 0);
  REQUIRE(ten.told().empty());
  REQUIRE(ten.runs.list(100)->size() == 10);
}

TEST_CASE("retention: what is older goes, what is not stays, and one entry says so") {
  Ten ten;
  RetentionLimits limits;
  limits.undo = Ten::at(7);
  limits.runs = Ten::at(4);
  limits.deliveries = Ten::at(5);
  const Dropped dropped = ten.drop(limits);
  CHECK(dropped.undo_rows == 7 * 3);
  CHECK(dropped.runs == 4);
  // That of day 0 was superseded on day 1, and so on.
  CHECK(dropped.deliveries == 4 * 2);
  CHECK(dropped.text() == "21 undo records, 4 runs, 8 deliveries");
  CHECK(ten.plans.fields_of(Ten::id(6))->empty());
  CHECK(ten.plans.tasks_of(Ten::id(6))->empty());
  CHECK(ten.plans.fields_of(Ten::id(7))->size() == 2);
  CHECK_FALSE(ten.runs.find(Ten::id(3))->has_value());
  CHECK(ten.runs.find(Ten::id(4))->has_value());
  REQUIRE(ten.told().size() == 1);
  CHECK(ten.told()[0].run == "keep");
  CHECK(**ten.audit.payload(ten.told()[0].sequence) ==
        R"({"undo_before":"2026-11-25T11:06:40Z","runs_before":"2026-11-22T11:06:40Z",)"
        R"("deliveries_before":"2026-11-23T11:06:40Z"})");
  ten.verify();
  CHECK(ten.drop(limits).all() == 0);
  CHECK(ten.told().size() == 1);
}

TEST_CASE("retention: figures of all time stay, of runs and of deliveries that are still there") {
  Ten ten;
  RetentionLimits limits;
  limits.runs = limits.undo = limits.deliveries = Ten::at(8);
  ten.drop(limits);
  CHECK(ten.runs.list(100)->size() == 2);
  CHECK((*ten.runs.counts())[RunKind::sync][RunStatus::done] == 10);
  const auto counts = ten.outbox.counts("crm");
  CHECK(counts->of(DeliveryKind::fields, DeliveryState::superseded) == 2 * 2);
  CHECK(counts->of(DeliveryKind::fields, DeliveryState::meant) == 2);
  CHECK(ten.outbox.counts("other")->rows.empty());
}

TEST_CASE("retention: the last run of a kind, and one that never ended, stay however old") {
  Ten ten;
  ten.committed([&](Transaction& t) {
    for (const char* id : {"train", "killed"}) {
      Run run;
      run.id = id;
      run.kind = RunKind::train;
      run.as_of = run.started_at = kNoon;
      REQUIRE(ten.runs.begin(t, run));
    }
    REQUIRE(ten.runs.finish(t, "train", RunStatus::done, "{}", kNoon));
  });
  RetentionLimits limits;
  limits.runs = limits.undo = Ten::at(1'000);
  CHECK(ten.drop(limits).runs == 9);
  CHECK(ten.runs.find(Ten::id(9))->has_value());
  CHECK(ten.runs.find("train")->has_value());
  CHECK(ten.runs.unfinished()->size() == 1);
}

TEST_CASE("retention: audit payloads go, headers stay, and the chain is valid") {
  Ten ten;
  const auto head = ten.verify().head;
  RetentionLimits limits;
  limits.audit = Ten::at(6);
  CHECK(ten.drop(limits).audit_payloads == 6 * 2);
  const AuditVerdict verdict = ten.verify();
  CHECK(verdict.entries == 31);
  CHECK(verdict.dropped_payloads == 12);
  CHECK(verify_audit(ten.database(), head)->valid);
  // The last of day 5 is the 18th.
  CHECK_FALSE(ten.audit.payload(18)->has_value());
  CHECK(ten.audit.payload(16)->has_value());
  CHECK(ten.audit.payload(20)->has_value());

  // What is dropped later, and accounts that are forgotten then, change nothing about that.
  ten.committed(
      [&](Transaction& t) { REQUIRE(ten.audit.forget(t, account(2), "f", Ten::at(11))); });
  limits.audit = Ten::at(8);
  CHECK(ten.drop(limits).audit_payloads == 2);
  CHECK(ten.verify().dropped_payloads == 16);
  CHECK(ten.verify().forgotten_payloads == 2);
}

TEST_CASE("retention: a payload that vanishes beyond what was dropped is found") {
  Ten ten;
  RetentionLimits limits;
  limits.audit = Ten::at(6);
  ten.drop(limits);
  for (const char* sequence : {"20", "16"}) {
    INFO(sequence);
    Transaction t = ten.begin();
    ten.tamper(std::string("DELETE FROM audit_payloads WHERE sequence = ") + sequence);
    const auto verdict = verify_audit(ten.database());
    REQUIRE_FALSE(verdict->valid);
    CHECK(std::to_string(verdict->first_bad->sequence) == sequence);
  }
  // Nor does a changed entry cover more.
  ten.tamper(
      "UPDATE audit_payloads SET form = 0, bytes = CAST('{\"payloads_through\":28}' AS BLOB)"
      " WHERE sequence = 31");
  CHECK_FALSE(verify_audit(ten.database())->valid);
}

TEST_CASE("retention: left off after a step, the next goes on, and the chain is valid in between") {
  Ten ten;
  RetentionLimits limits;
  limits.undo = limits.runs = limits.deliveries = limits.audit = Ten::at(9);
  Dropped sum;
  for (int tries = 0; tries < 4; ++tries) {
    Retention retention(ten.database(), limits, "keep" + std::to_string(tries), Ten::at(10));
    for (int steps = 0; steps <= tries; ++steps) REQUIRE(retention.step());
    sum.runs += retention.dropped().runs;
    sum.audit_payloads += retention.dropped().audit_payloads;
    ten.verify();
  }
  CHECK(sum.runs == 9);
  CHECK(sum.audit_payloads == 18);
}

TEST_CASE("retention: old scores and refused models go, what figures and rollback need stays") {
  LedgerFixture ledger;
  ScoreHistory scores(ledger.database());
  Models models(ledger.database());
  const std::vector<ModelFile> files = {{"line.bin", "bytes"}};
  const auto put = [&](const std::string& version, Instant trained_at) {
    ledger.committed([&](Transaction& t) {
      REQUIRE(models.put(t, {"crm", version, trained_at, trained_at, "r", "{}", "{}"}, files));
    });
  };
  for (const char* version : {"live", "refused", "newest"}) put(version, kNoon);
  ledger.committed([&](Transaction& t) {
    for (const int day : {10, 20, 30}) REQUIRE(scores.note(t, 1, Day{day}, 1.0 * day));
    REQUIRE(scores.note(t, 2, Day{10}, 5.0));
    REQUIRE(models.publish(t, "crm", "live", kNoon));
  });
  RetentionLimits limits;
  limits.scores = Day{25};
  limits.models = kNoon + days(1);
  Retention retention(ledger.database(), limits, "keep", kNoon + days(2));
  while (*retention.step()) {
  }
  CHECK(retention.dropped().scores == 1);
  CHECK(**scores.score_at(1, Day{25}) == 20.0);
  CHECK(**scores.score_at(2, Day{25}) == 5.0);
  CHECK(retention.dropped().models == 1);
  CHECK(models.files("crm", "live"));
  CHECK(models.files("crm", "newest"));
  CHECK(models.files("crm", "refused").error().kind == ErrorKind::not_found);
  CHECK(models.find("crm", "refused")->has_value());
  ledger.committed([&](Transaction& t) {
    CHECK(models.publish(t, "crm", "refused", kNoon).error().kind == ErrorKind::not_found);
  });
  // Trained once more, with the same outcome.
  put("refused", kNoon + days(2));
  CHECK(models.files("crm", "refused"));
  CHECK(models.list("crm")->front().version == "refused");
}
