// SPDX-License-Identifier: Apache-2.0
#include "store/forgotten.h"

#include <fstream>
#include <sstream>

#include "store/approvals.h"
#include "store/audit_chain.h"
#include "store/audit_verify.h"
#include "store/decisions.h"
#include "store/field_states.h"
#include "store/outbox.h"
#include "store/plans.h"
#include "store/score_history.h"
#include "store/trials.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

constexpr const char* kSecretWord = "zanzibar-7781";

// Everything the ledger may know about an account, with a word in it that is easy to find.
void fill(Database& database, Transaction& t, const AccountRef& who) {
  StoredDecision decision;
  decision.account = who;
  decision.segment = kSecretWord;
  AccountMemory memory;
  memory.action = kSecretWord;
  REQUIRE(Decisions(database).put(t, decision, memory));
  REQUIRE(ScoreHistory(database).note(t, who.number, Day{10}, 12.5));
  Trial trial;
  trial.action = kSecretWord;
  REQUIRE(Trials(database).begin(t, who, "r1", trial));
  FieldUpdate update;
  update.account = who.id;
  update.values[1] = kSecretWord;
  REQUIRE(Outbox(database).add(t, {who, "d", 1, update}, kNoon));
  TaskDraft task;
  task.key = "upselld." + who.id + ".call.2026-11-22";
  task.subject = kSecretWord;
  REQUIRE(Outbox(database).add(t, {who, "d", 1, task}, kNoon));
  REQUIRE(FieldStates(database).confirmed(t, who, update.values));
  REQUIRE(Approvals(database).propose(
      t, {who, "call", task, kNoon, ApprovalState::pending, {}, Instant::missing()}));
  REQUIRE(Plans(database).note_fields(t, "r1", {who, update.values, update.values}));
  REQUIRE(Plans(database).note_task(t, "r1", {who, task.key, "00T", false}));
  REQUIRE(AuditChain(database).append(t, {AuditKind::decided, kNoon, "r1", who, kSecretWord}));
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void forget(LedgerFixture& ledger, const AccountRef& who) {
  AuditChain audit(ledger.database());
  Forgotten forgotten(ledger.database());
  ledger.committed([&](Transaction& t) { REQUIRE(forgotten.forget(t, audit, who, "r2", kNoon)); });
}

const AccountRef kWho = {5, "crm", "ACCOUNT-zz-5"};

}  // namespace

TEST_CASE("forgotten: nothing of the account stays, not in any table nor in the files") {
  LedgerFixture ledger;
  ledger.committed([&](Transaction& t) {
    fill(ledger.database(), t, kWho);
    fill(ledger.database(), t, account(6));
  });
  forget(ledger, kWho);
  REQUIRE(Forgotten(ledger.database()).truncate_log());

  Database& database = ledger.database();
  REQUIRE_FALSE(Decisions(database).latest(5)->has_value());
  REQUIRE_FALSE(Decisions(database).memory(5)->decided);
  REQUIRE_FALSE(ScoreHistory(database).score_at(5, Day{99})->has_value());
  REQUIRE(Trials(database).list("crm")->size() == 1);
  REQUIRE(Outbox(database).list({.account = 5})->empty());
  REQUIRE(Approvals(database).list({})->size() == 1);
  REQUIRE(Plans(database).fields_of("r1")->size() == 1);
  REQUIRE(Plans(database).tasks_of("r1")->size() == 1);
  REQUIRE_FALSE(AuditChain(database).payload(1)->has_value());
  REQUIRE(verify_audit(database)->valid);
  REQUIRE(std::filesystem::file_size(ledger.path().string() + "-wal") == 0);
  REQUIRE(bytes_of(ledger.path()).find(kWho.id) == std::string::npos);
  // The other account is untouched.
  REQUIRE(Decisions(database).latest(6)->has_value());
  REQUIRE(**AuditChain(database).payload(2) == kSecretWord);
  forget(ledger, account(6));
  REQUIRE(Forgotten(database).truncate_log());
  REQUIRE(bytes_of(ledger.path()).find(kSecretWord) == std::string::npos);
}

TEST_CASE("forgotten: the next pull does not bring the account back") {
  LedgerFixture ledger;
  REQUIRE_FALSE(*Forgotten(ledger.database()).contains("crm", kWho.id));
  forget(ledger, kWho);
  Database reopened = ledger.open();
  const Forgotten forgotten(reopened);
  REQUIRE(*forgotten.contains("crm", kWho.id));
  REQUIRE_FALSE(*forgotten.contains("other", kWho.id));
  REQUIRE(*forgotten.contains("crm", {"A1", kWho.id, ""}) == std::vector<bool>{false, true, false});
  REQUIRE(*forgotten.count() == 1);
}

TEST_CASE("forgotten: its task keys stay used") {
  LedgerFixture ledger;
  ledger.committed([&](Transaction& t) { fill(ledger.database(), t, kWho); });
  forget(ledger, kWho);
  REQUIRE(*Outbox(ledger.database()).is_key_used("upselld." + kWho.id + ".call.2026-11-22"));
}

TEST_CASE("forgotten: doing it twice says it once, unless something was written since") {
  LedgerFixture ledger;
  ledger.committed([&](Transaction& t) { fill(ledger.database(), t, kWho); });
  forget(ledger, kWho);
  forget(ledger, kWho);
  REQUIRE(AuditChain(ledger.database()).list({.kind = AuditKind::forgotten})->size() == 1);
  ledger.committed([&](Transaction& t) {
    REQUIRE(AuditChain(ledger.database())
                .append(t, {AuditKind::withdrawn, kNoon, "r3", kWho, kSecretWord}));
  });
  forget(ledger, kWho);
  REQUIRE(AuditChain(ledger.database()).list({.kind = AuditKind::forgotten})->size() == 2);
  REQUIRE(verify_audit(ledger.database())->valid);
  REQUIRE(*Forgotten(ledger.database()).count() == 1);
}

TEST_CASE("forgotten: a crash before the commit leaves all as it was") {
  LedgerFixture ledger;
  ledger.committed([&](Transaction& t) { fill(ledger.database(), t, kWho); });
  {
    AuditChain audit(ledger.database());
    Forgotten forgotten(ledger.database());
    Transaction t = ledger.begin();
    REQUIRE(forgotten.forget(t, audit, kWho, "r2", kNoon));
  }
  REQUIRE_FALSE(*Forgotten(ledger.database()).contains("crm", kWho.id));
  REQUIRE(Decisions(ledger.database()).latest(5)->has_value());
  REQUIRE(**AuditChain(ledger.database()).payload(1) == kSecretWord);
  REQUIRE(verify_audit(ledger.database())->valid);
}

TEST_CASE("forgotten: a reader that holds an older state is told about, not waited for in vain") {
  LedgerFixture ledger;
  ledger.committed([&](Transaction& t) { fill(ledger.database(), t, kWho); });
  Database reader = ledger.open_reader();
  raw(reader).exec("BEGIN");
  REQUIRE(raw(reader).execAndGet("SELECT count(*) FROM decisions").getInt() == 1);
  forget(ledger, kWho);
  raw(ledger.database()).exec("PRAGMA busy_timeout = 1");
  const auto blocked = Forgotten(ledger.database()).truncate_log();
  REQUIRE_FALSE(blocked);
  REQUIRE(blocked.error().kind == ErrorKind::busy);
  raw(reader).exec("COMMIT");
  REQUIRE(Forgotten(ledger.database()).truncate_log());
}
