// SPDX-License-Identifier: Apache-2.0
#include "store/budget.h"

#include <thread>

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

constexpr Day kToday{20'000};
constexpr Instant kMidnight = kNoon + hours(12);

BudgetLimits own(std::uint64_t limit) {
  return {.own_limit = limit};
}

std::uint64_t take_all(Budget& budget, BudgetUse use, Day day = kToday) {
  std::uint64_t taken = 0;
  while (budget.take(use, day, kMidnight)) ++taken;
  return taken;
}

}  // namespace

TEST_CASE("budget: reads leave the writes' share, writes may take all that is left") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(1'000));
  REQUIRE(take_all(budget, BudgetUse::read) == 700);
  const auto refused = budget.take(BudgetUse::read, kToday, kMidnight);
  REQUIRE(refused.error().kind == ErrorKind::budget_exhausted);
  REQUIRE(refused.error().retry_after == kMidnight);
  REQUIRE(budget.status(kToday)->left_for_reads == 0);
  REQUIRE(budget.status(kToday)->left_for_writes == 300);
  REQUIRE(take_all(budget, BudgetUse::write) == 300);
  REQUIRE(budget.status(kToday)->used == 1'000);

  LedgerFixture other;
  Budget writes_first(other.database(), "crm", own(1'000));
  REQUIRE(take_all(writes_first, BudgetUse::write) == 1'000);
  REQUIRE(take_all(writes_first, BudgetUse::read) == 0);
}

TEST_CASE("budget: the next day begins anew, another connection has its own") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(10));
  Budget other(ledger.database(), "other", own(10));
  REQUIRE(take_all(budget, BudgetUse::write) == 10);
  REQUIRE(take_all(budget, BudgetUse::write, kToday + 1) == 10);
  REQUIRE(take_all(other, BudgetUse::write) == 10);
  REQUIRE(budget.status(kToday)->used == 10);
}

TEST_CASE("budget: a unit is on disk before it is spent, and a crash counts the whole lease") {
  LedgerFixture ledger;
  {
    Budget budget(ledger.database(), "crm", own(1'000));
    REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight));
    Database other = ledger.open_reader();
    REQUIRE(Budget(other, "crm", own(1'000)).status(kToday)->used == kBudgetLeaseMax);
    REQUIRE(budget.status(kToday)->used == 1);
    // The process ends here: nothing of what its destructor would give back reaches the disk.
    ledger.tamper("CREATE TABLE kept AS SELECT * FROM budget_days");
  }
  ledger.tamper("DELETE FROM budget_days; INSERT INTO budget_days SELECT * FROM kept");
  Budget again(ledger.database(), "crm", own(1'000));
  REQUIRE(*again.recover() == kBudgetLeaseMax);
  REQUIRE(*again.recover() == 0);
  REQUIRE(again.status(kToday)->used == kBudgetLeaseMax);
  REQUIRE(take_all(again, BudgetUse::read) == 700 - kBudgetLeaseMax);
}

TEST_CASE("budget: unused units come back when a lease is closed") {
  LedgerFixture ledger;
  {
    Budget budget(ledger.database(), "crm", own(1'000));
    for (int i = 0; i < 3; ++i) REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight));
    REQUIRE(budget.take(BudgetUse::write, kToday, kMidnight));
    REQUIRE(budget.close());
    REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight));
  }
  const BudgetStatus status = *Budget(ledger.database(), "crm", own(1'000)).status(kToday);
  REQUIRE(status.reads == 4);
  REQUIRE(status.writes == 1);
  REQUIRE(status.used == 5);
}

TEST_CASE("budget: leases get smaller near the end") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(100));
  const auto leased = [&] {
    return raw(ledger.database()).execAndGet("SELECT leased_writes FROM budget_days").getInt();
  };
  REQUIRE(budget.take(BudgetUse::write, kToday, kMidnight));
  REQUIRE(leased() == 10);
  for (int i = 0; i < 90; ++i) REQUIRE(budget.take(BudgetUse::write, kToday, kMidnight));
  REQUIRE(leased() == 1);
}

TEST_CASE("budget: the CRM's own count replaces ours when higher, never when lower") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(100));
  for (int i = 0; i < 5; ++i) REQUIRE(budget.take(BudgetUse::write, kToday, kMidnight));
  REQUIRE(budget.report(kToday, {.ours = 3}));
  REQUIRE(budget.status(kToday)->used == 5);
  REQUIRE(budget.report(kToday, {.ours = 40}));
  REQUIRE(budget.status(kToday)->used == 40);
  REQUIRE(budget.report(kToday, {.ours = 40}));
  REQUIRE(budget.status(kToday)->used == 40);
  REQUIRE(take_all(budget, BudgetUse::write) == 60);
}

TEST_CASE(
    "budget: what the CRM says is on disk with the next lease, at the end, and before a stop") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(1'000));
  const auto on_disk = [&] { return Budget(ledger.database(), "crm", own(1'000)).status(kToday); };
  REQUIRE(budget.report(kToday, {.org_used = 100, .org_limit = 10'000}));
  REQUIRE(budget.status(kToday)->org_used == 100);
  REQUIRE_FALSE(on_disk()->org_used);
  REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight));
  REQUIRE(on_disk()->org_used == 100);
  REQUIRE(budget.report(kToday, {.org_used = 200}));
  REQUIRE(on_disk()->org_used == 100);
  REQUIRE(budget.close());
  REQUIRE(on_disk()->org_used == 200);
  REQUIRE(budget.report(kToday, {.org_used = 300}));
  REQUIRE(budget.close());
  REQUIRE(on_disk()->org_used == 300);
  REQUIRE(budget.report(kToday, {.org_used = 9'000}));
  REQUIRE(on_disk()->org_used == 9'000);
  REQUIRE(budget.report(kToday, {.org_used = 400}));
  REQUIRE(budget.report(kToday + 1, {.org_used = 5}));
  REQUIRE(on_disk()->org_used == 400);
}

TEST_CASE("budget: what the CRM counted beyond ours does not eat the writes' share first") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(100));
  REQUIRE(budget.report(kToday, {.ours = 60}));
  REQUIRE(budget.status(kToday)->left_for_reads == 10);
  REQUIRE(budget.status(kToday)->left_for_writes == 40);
}

TEST_CASE("budget: our share follows the limit that the CRM says") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", {});
  REQUIRE(budget.status(kToday)->own_limit == 1'500);
  REQUIRE(budget.report(kToday, {.org_used = 41'200, .org_limit = 180'000}));
  REQUIRE(budget.status(kToday)->own_limit == 18'000);
  REQUIRE(budget.status(kToday)->org_used == 41'200);
}

TEST_CASE("budget: nothing is taken when the whole org is at 85 percent") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(1'000));
  REQUIRE(budget.report(kToday, {.org_used = 840, .org_limit = 1'000}));
  REQUIRE(take_all(budget, BudgetUse::write) == 10);
  REQUIRE(budget.report(kToday, {.org_used = 900}));
  REQUIRE(take_all(budget, BudgetUse::read) == 0);
  REQUIRE(budget.report(kToday, {.org_used = 800}));
  REQUIRE(take_all(budget, BudgetUse::write) == 50);
}

TEST_CASE("budget: a lease from before the org was at its stop is not taken any further") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(1'000));
  REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight));
  REQUIRE(budget.report(kToday, {.org_used = 845, .org_limit = 1'000}));
  REQUIRE(take_all(budget, BudgetUse::read) == 5);
}

TEST_CASE("budget: a refusal says whose calls are used up, ours or the org's") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(10));
  take_all(budget, BudgetUse::read);
  REQUIRE(budget.take(BudgetUse::read, kToday, kMidnight).error().message ==
          "crm: today's 7 API calls for reading are used up; raise api_budget if that is too few");
  take_all(budget, BudgetUse::write);
  REQUIRE(budget.take(BudgetUse::write, kToday, kMidnight).error().message ==
          "crm: today's 10 API calls are used up; raise api_budget if that is too few");
  REQUIRE(budget.report(kToday + 1, {.org_used = 860, .org_limit = 1'000}));
  REQUIRE(budget.take(BudgetUse::write, kToday + 1, kMidnight).error().message ==
          "crm: the org has used 860 of its 1000 API calls today, and upselld stops at 85 %");
}

TEST_CASE("budget: several threads together never take more than there is") {
  LedgerFixture ledger;
  Budget budget(ledger.database(), "crm", own(500));
  std::uint64_t taken[3] = {};
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t& mine : taken) {
      threads.emplace_back([&] { mine = take_all(budget, BudgetUse::write); });
    }
  }
  REQUIRE(taken[0] + taken[1] + taken[2] == 500);
}
