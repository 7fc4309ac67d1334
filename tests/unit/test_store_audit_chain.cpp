// SPDX-License-Identifier: Apache-2.0
#include "store/audit_chain.h"

#include "store/audit_verify.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

AuditEntry entry(AuditKind kind, std::uint32_t number, const std::string& payload,
                 const std::string& run = "r1") {
  return {kind, kNoon, run, number == 0 ? AccountRef() : account(number), payload};
}

void append(LedgerFixture& ledger, AuditChain& chain, const std::vector<AuditEntry>& entries) {
  ledger.committed([&](Transaction& t) { REQUIRE(chain.append(t, entries)); });
}

std::vector<std::uint64_t> sequences(const Result<std::vector<AuditHeader>>& listed) {
  REQUIRE(listed);
  std::vector<std::uint64_t> numbers;
  for (const AuditHeader& header : *listed) numbers.push_back(header.sequence);
  return numbers;
}

using Sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("audit: entries come back with their payloads, also large and binary ones") {
  LedgerFixture ledger;
  const std::string large(100'000, 'x');
  const std::string binary("\0\xff\x80", 3);
  {
    AuditChain chain(ledger.database());
    append(ledger, chain,
           {entry(AuditKind::run, 0, "{}"), entry(AuditKind::decided, 1, large),
            entry(AuditKind::meant, 1, binary), entry(AuditKind::done, 2, "")});
  }
  Database reopened = ledger.open();
  const AuditChain chain(reopened);
  REQUIRE(chain.head()->entries == 4);
  REQUIRE(**chain.payload(1) == "{}");
  REQUIRE(**chain.payload(2) == large);
  REQUIRE(**chain.payload(3) == binary);
  REQUIRE(**chain.payload(4) == "");
  REQUIRE(chain.payload(5).error().kind == ErrorKind::not_found);
  const auto headers = *chain.list({});
  REQUIRE(headers.size() == 4);
  REQUIRE(headers[0].account_hash.empty());
  REQUIRE(headers[1].account_hash.size() == 32);
  REQUIRE(headers[1].account_hash == headers[2].account_hash);
  REQUIRE(headers[1].account_hash != headers[3].account_hash);
  REQUIRE(headers[3].hash == chain.head()->hash);
  REQUIRE(headers[2].at == kNoon);
  REQUIRE(headers[2].run == "r1");
  REQUIRE(chain.account_of(3)->id == "A1");
  REQUIRE(chain.account_of(1)->number == 0);
  const int stored =
      raw(reopened).execAndGet("SELECT max(length(bytes)) FROM audit_payloads").getInt();
  REQUIRE(stored < 5'000);
}

TEST_CASE("audit: the same entries one by one give the same order as all at once") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  ledger.committed([&](Transaction& t) {
    for (int i = 0; i < 5; ++i) REQUIRE(chain.append(t, entry(AuditKind::decided, 1, "x")));
    REQUIRE(chain.append(t, std::vector<AuditEntry>()));
    REQUIRE(chain.head()->entries == 5);
  });
  REQUIRE(sequences(chain.list({})) == Sequences{1, 2, 3, 4, 5});
  REQUIRE(verify_audit(ledger.database())->valid);
}

TEST_CASE("audit: equal payloads of two accounts cannot be told to be equal") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  append(ledger, chain,
         {entry(AuditKind::decided, 1, "same"), entry(AuditKind::decided, 2, "same")});
  const auto headers = *chain.list({});
  REQUIRE(headers[0].payload_hash != headers[1].payload_hash);
}

TEST_CASE("audit: lists are filtered by kind, run and account, page by page") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  append(ledger, chain,
         {entry(AuditKind::decided, 1, "a", "r1"), entry(AuditKind::meant, 1, "b", "r1"),
          entry(AuditKind::decided, 2, "c", "r2"), entry(AuditKind::decided, 1, "d", "r1"),
          entry(AuditKind::run, 0, "e", "r2")});
  REQUIRE(sequences(chain.list({.kind = AuditKind::decided})) == Sequences{1, 3, 4});
  REQUIRE(sequences(chain.list({.run = "r1"})) == Sequences{1, 2, 4});
  REQUIRE(sequences(chain.list({.run = "r2"})) == Sequences{3, 5});
  REQUIRE(sequences(chain.list({.run = "r3"})).empty());
  REQUIRE(sequences(chain.list({.account = 1})) == Sequences{1, 2, 4});
  REQUIRE(sequences(chain.list({.kind = AuditKind::decided, .run = "r1", .account = 1})) ==
          Sequences{1, 4});
  REQUIRE(sequences(chain.list({.count_max = 2})) == Sequences{1, 2});
  REQUIRE(sequences(chain.list({.after = 2, .count_max = 2})) == Sequences{3, 4});
  REQUIRE(sequences(chain.list({.newest_first = true, .count_max = 2})) == Sequences{5, 4});
  REQUIRE(sequences(chain.list({.after = 4, .newest_first = true})) == Sequences{3, 2, 1});
}

TEST_CASE("audit: what was rolled back leaves no trace in the chain") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  append(ledger, chain, {entry(AuditKind::run, 0, "1")});
  {
    Transaction t = ledger.begin();
    REQUIRE(chain.append(t, entry(AuditKind::decided, 7, "2")));
  }
  append(ledger, chain, {entry(AuditKind::decided, 7, "3")});
  REQUIRE(chain.head()->entries == 2);
  REQUIRE(verify_audit(ledger.database())->valid);
}

TEST_CASE("audit: a changed payload is never handed out") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  append(ledger, chain, {entry(AuditKind::decided, 1, "score 1")});
  ledger.tamper("UPDATE audit_payloads SET bytes = CAST('score 2' AS BLOB)");
  REQUIRE(chain.payload(1).error().kind == ErrorKind::corrupt);
  ledger.tamper("UPDATE audit_payloads SET form = 1");
  REQUIRE(chain.payload(1).error().kind == ErrorKind::corrupt);
}

TEST_CASE("audit: two readers see whole transactions beside the writer") {
  LedgerFixture ledger;
  AuditChain chain(ledger.database());
  append(ledger, chain, {entry(AuditKind::run, 0, "1")});
  Database first = ledger.open_reader();
  Database second = ledger.open_reader();
  Transaction t = ledger.begin();
  REQUIRE(chain.append(t, entry(AuditKind::decided, 1, "2")));
  REQUIRE(AuditChain(first).head()->entries == 1);
  REQUIRE(verify_audit(second)->valid);
  REQUIRE(verify_audit(second)->entries == 1);
  REQUIRE(t.commit());
  REQUIRE(AuditChain(first).head()->entries == 2);
  REQUIRE(verify_audit(second)->entries == 2);
}

TEST_CASE("audit: every kind has a name that leads back to it") {
  for (int number = 1; number <= 15; ++number) {
    const auto kind = static_cast<AuditKind>(number);
    REQUIRE(audit_kind_named(to_text(kind)) == kind);
  }
  REQUIRE_FALSE(audit_kind_named("erased"));
}
