// SPDX-License-Identifier: Apache-2.0
#include "daemon/pause_change.h"

#include <nlohmann/json.hpp>

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::daemon;
using upselld::store::kNoon;
using upselld::store::LedgerFixture;

namespace {

// What is said of it, and whether programs are told that writing is stopped.
struct Told {
  std::string sentence;
  bool paused = false;
};
Told changed(Ledger& ledger, const std::string& connection, bool paused) {
  const PauseChange change = {connection, paused, "the admin", "stock-taking"};
  const auto answer = change_pause(ledger, change, kNoon);
  REQUIRE(answer);
  return {sentence_of(change, *answer), json_of(change, *answer).at("paused").get<bool>()};
}

std::size_t entries(Ledger& ledger) {
  return ledger.audit.list({.kind = store::AuditKind::paused})->size();
}

}  // namespace

TEST_CASE("pause change: a pause names the command that lifts it") {
  LedgerFixture fixture;
  Ledger ledger(fixture.database());
  CHECK(changed(ledger, "crm", true).sentence ==
        "writing to crm is paused; go on with: upselld resume crm");
  CHECK(changed(ledger, "crm", true).sentence ==
        "writing to crm was paused already; go on with: upselld resume crm");
  CHECK(entries(ledger) == 1);
  const Told all = changed(ledger, "", true);
  CHECK(all.sentence == "writing to every connection is paused; go on with: upselld resume");
  const Told none = changed(ledger, "", false);
  CHECK(none.sentence == "writing to every connection goes on");
  CHECK_FALSE(none.paused);
  CHECK(changed(ledger, "crm", false).sentence == "writing to crm was not paused");
  CHECK(entries(ledger) == 3);
}

TEST_CASE("pause change: one connection does not go on while all are paused, and it says so") {
  LedgerFixture fixture;
  Ledger ledger(fixture.database());
  changed(ledger, "", true);
  const std::string stays =
      "writing to crm stays paused, for every connection was paused by the admin; go on with: "
      "upselld resume";
  const Told without_own = changed(ledger, "crm", false);
  CHECK(without_own.sentence == stays);
  CHECK(without_own.paused);
  CHECK(changed(ledger, "crm", true).sentence ==
        "writing to crm is paused, for every connection was paused by the admin; go on with: "
        "upselld resume");
  const Told with_own = changed(ledger, "crm", false);
  CHECK(with_own.sentence == stays);
  CHECK(with_own.paused);
  CHECK_FALSE(changed(ledger, "", false).paused);
}

TEST_CASE("pause change: programs are told what stops it and what lifts that") {
  LedgerFixture fixture;
  Ledger ledger(fixture.database());
  changed(ledger, "", true);
  const PauseChange change = {"crm", false, "a rep", ""};
  const Json told = json_of(change, *change_pause(ledger, change, kNoon));
  CHECK(told.at("connection") == "crm");
  CHECK(told.at("changed") == false);
  CHECK(told.at("by") == "a rep");
  CHECK(told.at("paused_connection") == "all");
  CHECK(told.at("paused_by") == "the admin");
  CHECK(told.at("go_on_with") == "upselld resume");
}
