// SPDX-License-Identifier: Apache-2.0
#include "store/canonical_export.h"

#include "store/audit_chain.h"
#include "store/brakes.h"
#include "store/decisions.h"
#include "store/field_states.h"
#include "store/models.h"
#include "store/outbox.h"
#include "store/runs.h"
#include "store/score_history.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

std::string exported(Database& database) {
  std::string text;
  REQUIRE(export_canonical(database, [&](std::string_view line) { text += line; }));
  return text;
}

// What may differ from way to way: everything here must not show.
struct Way {
  std::string run = "r1";
  Instant at = kNoon;
  std::uint32_t number = 1;
  bool is_interrupted = false;
};

AccountRef who(const Way& way) {
  return {way.number, "crm", "A1"};
}

void decide(LedgerFixture& ledger, const Way& way) {
  Database& database = ledger.database();
  ledger.committed([&](Transaction& t) {
    REQUIRE(Runs(database).begin(
        t, {way.run, RunKind::sync, RunStatus::running, way.at, way.at, Instant::missing(), ""}));
    StoredDecision decision;
    decision.account = who(way);
    decision.run = way.run;
    decision.id = way.run + ".1";
    decision.segment = "active";
    decision.score.rank_value = 0.25;
    AccountMemory memory;
    memory.decided = true;
    memory.segment = "active";
    REQUIRE(Decisions(database).put(t, decision, memory));
    REQUIRE(ScoreHistory(database).note(t, way.number, Day{10}, 12.5));
    FieldUpdate update{"A1", {}};
    update.values[1] = "High";
    REQUIRE(Outbox(database).add(t, {who(way), decision.id, 0.25, update}, way.at));
    REQUIRE(
        AuditChain(database).append(t, {AuditKind::decided, way.at, way.run, who(way),
                                        "{\"run\":\"" + way.run + "\",\"segment\":\"active\"}"}));
  });
}

void deliver(LedgerFixture& ledger, const Way& way) {
  Database& database = ledger.database();
  Outbox outbox(database);
  FieldValues stored;
  stored[1] = "High";
  ledger.committed(
      [&](Transaction& t) { REQUIRE(FieldStates(database).attempted(t, who(way), stored)); });
  const auto due = *outbox.take_due("crm", DeliveryKind::fields, way.at, 10);
  REQUIRE(due.size() == 1);
  const auto batch = outbox.mark_sending(std::vector{due[0].id}, way.at);
  if (way.is_interrupted) REQUIRE(*outbox.recover() == 1);
  ledger.committed([&](Transaction& t) {
    Answer answer{due[0].id, {}, {}};
    answer.receipt.outcome =
        way.is_interrupted ? Receipt::Outcome::already_there : Receipt::Outcome::accepted;
    answer.receipt.version = way.run;
    answer.receipt.stored = stored;
    REQUIRE(outbox.record(t, std::span(&answer, 1), way.at));
    REQUIRE(outbox.close_batch(t, batch->id));
    REQUIRE(FieldStates(database).confirmed(t, who(way), stored));
    REQUIRE(AuditChain(database).append(
        t, {AuditKind::done, way.at, way.run, who(way), "{\"fields\":{\"band\":\"High\"}}"}));
    REQUIRE(AuditChain(database).append(t, {AuditKind::run, way.at, way.run, {}, "{\"n\":1}"}));
  });
}

std::string exported_after(const Way& way) {
  LedgerFixture ledger;
  decide(ledger, way);
  deliver(ledger, way);
  return exported(ledger.database());
}

}  // namespace

TEST_CASE("canonical export: an interrupted way to the same state gives the same text") {
  const std::string undisturbed = exported_after({});
  const std::string interrupted =
      exported_after({.run = "r7", .at = kNoon + hours(3), .number = 9, .is_interrupted = true});
  REQUIRE(undisturbed == interrupted);
  REQUIRE(undisturbed.find("audit decided \"crm:A1\" {\"segment\":\"active\"}\n") !=
          std::string::npos);
  REQUIRE(undisturbed.find("delivery \"crm:A1\" fields done") != std::string::npos);
  REQUIRE(undisturbed.find("r1") == std::string::npos);
}

TEST_CASE("canonical export: a state that differs gives another text") {
  LedgerFixture ledger;
  std::vector<std::string> texts = {exported(ledger.database())};
  REQUIRE(texts[0] == "forgotten_accounts \"0\"\ntask_keys_used \"0\"\n");
  const auto step = [&](const auto& work) {
    work();
    texts.push_back(exported(ledger.database()));
    REQUIRE(texts.back() != texts[texts.size() - 2]);
  };
  Database& database = ledger.database();
  step([&] { decide(ledger, {}); });
  step([&] { deliver(ledger, {}); });
  step([&] {
    ledger.committed([&](Transaction& t) {
      REQUIRE(FieldStates(database).edited(t, account(1), Field::band, "Hot", kNoon));
    });
  });
  step([&] {
    ledger.committed([&](Transaction& t) {
      REQUIRE(Models(database).put(t, {"crm", "m1", kNoon, kNoon, "r1", "{}", "{}"}, {}));
    });
  });
  step([&] {
    ledger.committed([&](Transaction& t) {
      REQUIRE(Brakes(database).pause(t, {"crm", kNoon, "admin", "why"}));
    });
  });
  step([&] {
    ledger.committed(
        [&](Transaction& t) { REQUIRE(ScoreHistory(database).note(t, 1, Day{11}, std::nullopt)); });
  });
}

TEST_CASE("canonical export: a read-only connection beside the writer can make it") {
  LedgerFixture ledger;
  decide(ledger, {});
  Database reader = ledger.open_reader();
  REQUIRE(exported(reader) == exported(ledger.database()));
}
