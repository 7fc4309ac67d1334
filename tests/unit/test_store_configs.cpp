// SPDX-License-Identifier: Apache-2.0
#include "store/configs.h"

#include "core/digest.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

TEST_CASE("configs: a text is stored once, under its hash") {
  LedgerFixture ledger;
  Configs configs(ledger.database());
  std::string hash;
  ledger.committed([&](Transaction& t) {
    hash = *configs.put(t, "bands: {high: 10%}\n");
    REQUIRE(*configs.put(t, "bands: {high: 10%}\n") == hash);
    REQUIRE(configs.put(t, ""));
  });
  REQUIRE(hash == hex(sha256("bands: {high: 10%}\n")));
  REQUIRE(*configs.text(hash) == "bands: {high: 10%}\n");
  REQUIRE(configs.text(hex(sha256("")))->empty());
  REQUIRE(raw(ledger.database()).execAndGet("SELECT count(*) FROM configs").getInt() == 2);
  REQUIRE(configs.text("0000").error().kind == ErrorKind::not_found);
}

TEST_CASE("configs: another text in use is told once") {
  LedgerFixture ledger;
  Configs configs(ledger.database());
  REQUIRE_FALSE(configs.last_used("playbook")->has_value());
  ledger.committed([&](Transaction& t) {
    REQUIRE(*configs.use(t, "playbook", "h1"));
    REQUIRE_FALSE(*configs.use(t, "playbook", "h1"));
    REQUIRE(*configs.use(t, "playbook", "h2"));
    REQUIRE(*configs.use(t, "settings", "h1"));
  });
  REQUIRE(**configs.last_used("playbook") == "h2");
}

TEST_CASE("configs: a damaged text is never handed out") {
  LedgerFixture ledger;
  Configs configs(ledger.database());
  std::string hash;
  ledger.committed([&](Transaction& t) { hash = *configs.put(t, "a: 1"); });
  ledger.tamper("UPDATE configs SET text = CAST('a: 2' AS BLOB)");
  REQUIRE(configs.text(hash).error().kind == ErrorKind::corrupt);
}
