// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "daemon/cycle.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using store::kNoon;
using store::LedgerFixture;

TEST_CASE("run ids: one that a run has is not given again") {
  LedgerFixture ledger;
  store::Runs runs(ledger.database());
  const std::string minute = to_text(kNoon).substr(0, 16);
  ledger.committed([&](store::Transaction& transaction) {
    // Seven of eight ids of the minute are taken: all but those that end in 000 to 1ff.
    for (int digits = 0x0200; digits < 0x10000; digits += (digits % 0x1000 == 0xfff) ? 0x201 : 1) {
      store::Run run;
      run.id = fmt::format("{}Z-{:04x}", minute, digits);
      (void)runs.begin(transaction, run);
    }
  });
  for (int drawn = 0; drawn < 20; ++drawn) {
    const std::string id = *daemon::unused_run_id(runs, kNoon);
    CAPTURE(id);
    REQUIRE(id.starts_with(minute + "Z-"));
    REQUIRE(id.substr(id.size() - 3) < "200");
  }
}
