// SPDX-License-Identifier: Apache-2.0
#include "store/plans.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

WrittenFields written(std::uint32_t number, const std::optional<std::string>& before,
                      const std::string& after) {
  WrittenFields fields;
  fields.account = account(number);
  fields.before[1] = before;
  fields.before[2] = "not written, not kept";
  fields.written[1] = after;
  return fields;
}

}  // namespace

TEST_CASE("plans: undo finds what a run replaced, made and closed") {
  LedgerFixture ledger;
  {
    Plans plans(ledger.database());
    ledger.committed([&](Transaction& t) {
      REQUIRE(plans.note_fields(t, "r1", written(2, "Low", "High")));
      REQUIRE(plans.note_fields(t, "r1", written(1, std::nullopt, "High")));
      REQUIRE(plans.note_fields(t, "r2", written(1, "High", "Low")));
      REQUIRE(plans.note_task(t, "r1", {account(1), "k1", "00T1", false}));
      REQUIRE(plans.note_task(t, "r1", {account(2), "k0", "00T0", true}));
    });
  }
  Database reopened = ledger.open();
  const Plans plans(reopened);
  const auto fields = *plans.fields_of("r1");
  REQUIRE(fields.size() == 2);
  REQUIRE(fields[0].account == account(1));
  REQUIRE(fields[0].before[1] == "");
  REQUIRE_FALSE(fields[0].before[2]);
  REQUIRE(fields[1].before[1] == "Low");
  REQUIRE(fields[1].written[1] == "High");
  const auto tasks = *plans.tasks_of("r1");
  REQUIRE(tasks.size() == 2);
  REQUIRE(tasks[0].key == "k1");
  REQUIRE_FALSE(tasks[0].withdrawn);
  REQUIRE(tasks[1].crm_id == "00T0");
  REQUIRE(tasks[1].withdrawn);
  REQUIRE(plans.fields_of("r9")->empty());
}

TEST_CASE("plans: written twice in a run, the first value before and the last after count") {
  LedgerFixture ledger;
  Plans plans(ledger.database());
  Transaction t = ledger.begin();
  REQUIRE(plans.note_fields(t, "r1", written(1, "Low", "Medium")));
  REQUIRE(plans.note_fields(t, "r1", written(1, "Medium", "High")));
  REQUIRE(plans.note_fields(t, "r1", written(1, "High", "High")));
  REQUIRE(plans.fields_of("r1")->front().before[1] == "Low");
  REQUIRE(plans.fields_of("r1")->front().written[1] == "High");
}

TEST_CASE("plans: a plan is applied once, and leads to its run") {
  LedgerFixture ledger;
  Plans plans(ledger.database());
  Transaction t = ledger.begin();
  REQUIRE_FALSE(plans.applied_by("7f3a9c21")->has_value());
  REQUIRE(plans.note_applied(t, "7f3a9c21", "r1"));
  REQUIRE(**plans.applied_by("7f3a9c21") == "r1");
  REQUIRE(plans.note_applied(t, "7f3a9c21", "r2").error().kind == ErrorKind::invalid_config);
  REQUIRE_FALSE(plans.undone_by("r1")->has_value());
  REQUIRE(plans.note_undone(t, "r1", "r3"));
  REQUIRE(**plans.undone_by("r1") == "r3");
}
