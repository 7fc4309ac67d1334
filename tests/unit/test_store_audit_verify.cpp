// SPDX-License-Identifier: Apache-2.0
#include "store/audit_verify.h"

#include "core/digest.h"
#include "store/audit_chain.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

// Ten entries: a run's, then nine about accounts 1, 2, 3 in turn.
class Chain : public LedgerFixture {
 public:
  Chain() : chain(database()) {
    std::vector<AuditEntry> entries = {{AuditKind::run, kNoon, "r1", {}, "{}"}};
    for (std::uint32_t i = 0; i < 9; ++i) {
      entries.push_back({AuditKind::decided, kNoon + seconds(i), "r1", account(1 + i % 3),
                         "payload " + std::to_string(i)});
    }
    committed([&](Transaction& t) { REQUIRE(chain.append(t, entries)); });
  }

  AuditVerdict verify(const std::string& head = {}) {
    auto verdict = verify_audit(database(), head);
    REQUIRE(verdict);
    return *verdict;
  }

  void require_bad(std::uint64_t sequence, const std::string& reason) {
    const AuditVerdict verdict = verify();
    REQUIRE_FALSE(verdict.valid);
    REQUIRE(verdict.first_bad);
    INFO(verdict.first_bad->sequence << ": " << verdict.first_bad->reason);
    REQUIRE(verdict.first_bad->sequence == sequence);
    REQUIRE(verdict.first_bad->reason.find(reason) != std::string::npos);
  }

  AuditChain chain;
};

}  // namespace

TEST_CASE("audit verify: an untouched chain is valid, an empty one too") {
  Chain chain;
  const AuditVerdict verdict = chain.verify();
  REQUIRE(verdict.valid);
  REQUIRE(verdict.entries == 10);
  REQUIRE(verdict.head == hex(chain.chain.head()->hash));
  REQUIRE(verdict.forgotten_payloads == 0);
  LedgerFixture empty;
  REQUIRE(verify_audit(empty.database())->valid);
  REQUIRE(verify_audit(empty.database())->head == std::string(64, '0'));
}

TEST_CASE("audit verify: a long chain is given up when it is asked to") {
  Chain chain;
  std::vector<AuditEntry> entries(1'990, AuditEntry{AuditKind::run, kNoon, "r1", {}, "payload"});
  chain.committed([&](Transaction& t) { REQUIRE(chain.chain.append(t, entries)); });
  int looks = 0;
  const auto given_up = verify_audit(chain.database(), {}, [&] { return ++looks < 2; });
  REQUIRE_FALSE(given_up);
  REQUIRE(given_up.error().kind == ErrorKind::cancelled);
  const auto whole = verify_audit(chain.database(), {}, [] { return true; });
  REQUIRE(whole->valid);
  REQUIRE(whole->entries == 2'000);
}

TEST_CASE("audit verify: a changed header is found, whichever part of it") {
  for (const char* change : {"kind = 7", "at_ms = at_ms + 1", "account_hash = zeroblob(32)",
                             "payload_hash = zeroblob(32)", "hash = zeroblob(32)"}) {
    Chain chain;
    chain.tamper(std::string("UPDATE audit_entries SET ") + change + " WHERE sequence = 4");
    INFO(change);
    chain.require_bad(4, "its header");
  }
  Chain renamed;
  renamed.tamper("UPDATE audit_runs SET run = 'r2'");
  renamed.require_bad(1, "its header");
}

TEST_CASE("audit verify: a changed payload is found") {
  Chain chain;
  chain.tamper("UPDATE audit_payloads SET bytes = CAST('payload x' AS BLOB) WHERE sequence = 6");
  chain.require_bad(6, "its payload is not what was written");
}

TEST_CASE("audit verify: a payload moved to another account is found") {
  Chain chain;
  chain.tamper("UPDATE audit_payloads SET account = 1 WHERE sequence = 3");
  chain.require_bad(3, "its payload is not what was written");
  Chain renamed;
  renamed.tamper("UPDATE audit_accounts SET crm_id = 'A9' WHERE account = 2");
  renamed.require_bad(3, "its account is not the one that was written");
}

TEST_CASE("audit verify: two entries that changed places are found") {
  Chain chain;
  for (const char* table : {"audit_entries", "audit_payloads"}) {
    const std::string update = std::string("UPDATE ") + table + " SET sequence = ";
    chain.tamper(update + "99 WHERE sequence = 5");
    chain.tamper(update + "5 WHERE sequence = 6");
    chain.tamper(update + "6 WHERE sequence = 99");
  }
  chain.require_bad(5, "its header");
}

TEST_CASE("audit verify: a removed entry is found, first, middle and last") {
  for (const int removed : {1, 5, 10}) {
    Chain chain;
    for (const char* table : {"audit_entries", "audit_payloads"}) {
      chain.tamper(std::string("DELETE FROM ") + table +
                   " WHERE sequence = " + std::to_string(removed));
    }
    chain.require_bad(static_cast<std::uint64_t>(removed), "the entry is missing");
    REQUIRE(chain.verify().entries == 9);
  }
}

TEST_CASE("audit verify: entries renumbered over a gap are found") {
  Chain chain;
  for (const char* table : {"audit_entries", "audit_payloads"}) {
    chain.tamper(std::string("DELETE FROM ") + table + " WHERE sequence = 5");
    for (int sequence = 6; sequence <= 10; ++sequence) {
      chain.tamper(std::string("UPDATE ") + table + " SET sequence = " +
                   std::to_string(sequence - 1) + " WHERE sequence = " + std::to_string(sequence));
    }
  }
  chain.require_bad(5, "its header");
}

TEST_CASE("audit verify: a missing payload is found unless its account was forgotten") {
  Chain chain;
  chain.tamper("DELETE FROM audit_payloads WHERE sequence = 3");
  chain.require_bad(3, "its payload is missing");
  Chain of_run;
  of_run.tamper("DELETE FROM audit_payloads WHERE sequence = 1");
  of_run.require_bad(1, "its payload is missing");
  // Deleting the key as well makes it look forgotten, but nothing says so.
  Chain with_key;
  with_key.tamper("DELETE FROM audit_payloads WHERE account = 2");
  with_key.tamper("DELETE FROM audit_accounts WHERE account = 2");
  with_key.require_bad(3, "no entry says that its account was forgotten");
  Chain key_only;
  key_only.tamper("DELETE FROM audit_accounts WHERE account = 2");
  key_only.require_bad(3, "the key of its account is missing");
}

TEST_CASE("audit verify: a forgotten account leaves the chain valid") {
  Chain chain;
  chain.committed([&](Transaction& t) {
    REQUIRE(chain.chain.forget(t, account(2), "r2", kNoon + days(1)));
    REQUIRE(chain.chain.forget(t, account(77), "r2", kNoon + days(1)));
  });
  const AuditVerdict verdict = chain.verify();
  REQUIRE(verdict.valid);
  REQUIRE(verdict.entries == 12);
  REQUIRE(verdict.forgotten_payloads == 3);
  REQUIRE_FALSE(chain.chain.payload(3)->has_value());
  REQUIRE(chain.chain.account_of(3)->number == 0);
  REQUIRE(chain.chain.list({.account = 2})->empty());
  REQUIRE(chain.chain.payload(2)->has_value());
  // Another payload that vanishes is still found.
  chain.tamper("DELETE FROM audit_payloads WHERE sequence = 4");
  chain.require_bad(4, "its payload is missing");
}

TEST_CASE("audit verify: an entry that someone added is found") {
  Chain chain;
  chain.tamper(
      "INSERT INTO audit_entries SELECT 11, kind, at_ms, run, account_hash, payload_hash, hash"
      " FROM audit_entries WHERE sequence = 10");
  chain.require_bad(11, "its header");
  Chain orphan;
  orphan.tamper("INSERT INTO audit_payloads VALUES (12, 0, 0, x'00')");
  orphan.require_bad(12, "a payload without its entry");
}

TEST_CASE("audit verify: a chain rewritten as a whole does not contain the head known before") {
  Chain chain;
  const std::string known = hex((*chain.chain.list({.count_max = 7})).back().hash);
  const std::string last = chain.verify().head;
  REQUIRE(chain.verify(known).valid);
  REQUIRE(chain.verify(last).valid);

  // Cut off behind entry 6 with everything put right: valid in itself.
  chain.tamper("DELETE FROM audit_entries WHERE sequence > 6");
  chain.tamper("DELETE FROM audit_payloads WHERE sequence > 6");
  chain.tamper(
      "UPDATE audit_head SET entries = 6,"
      " hash = (SELECT hash FROM audit_entries WHERE sequence = 6)");
  REQUIRE(chain.verify().valid);
  const AuditVerdict verdict = chain.verify(known);
  REQUIRE_FALSE(verdict.valid);
  REQUIRE(verdict.first_bad->reason == "the known head does not occur in the chain");
}

TEST_CASE("audit verify: a head that is no hash is refused") {
  Chain chain;
  for (const char* head : {"9c0f", "zz", "9c0f...51aa"}) {
    const auto verdict = verify_audit(chain.database(), head);
    REQUIRE_FALSE(verdict);
    REQUIRE(verdict.error().kind == ErrorKind::invalid_config);
  }
  REQUIRE_FALSE(chain.verify(std::string(64, 'a')).valid);
}
