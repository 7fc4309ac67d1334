// SPDX-License-Identifier: Apache-2.0
#include "daemon/forget_in_crm.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::daemon;
using store::account;
using store::kNoon;
using store::LedgerFixture;
using store::Transaction;

namespace {

constexpr const char* kKey = "upselld.A5.call.2026-11-22";

class Site {
 public:
  void write(const FieldValues& values) {
    fixture_.committed(
        [&](Transaction& t) { REQUIRE(ledger.field_states.confirmed(t, account(5), values)); });
  }
  // A task of account 5, as the outbox has it.
  store::DeliveryId add_task() {
    TaskDraft task;
    task.key = kKey;
    AccountMemory memory;
    memory.task.key = kKey;
    store::DeliveryId id = 0;
    fixture_.committed([&](Transaction& t) {
      REQUIRE(ledger.decisions.remember(t, 5, memory));
      id = *ledger.outbox.add(t, {account(5), "d", 1, task}, kNoon)->id;
    });
    return id;
  }
  void answer(store::DeliveryId id, Receipt::Outcome outcome) {
    const auto batch = ledger.outbox.mark_sending({&id, 1}, kNoon);
    REQUIRE(batch);
    store::Answer answer;
    answer.id = id;
    answer.receipt.outcome = outcome;
    fixture_.committed([&](Transaction& t) {
      REQUIRE(ledger.outbox.record(t, {&answer, 1}, kNoon));
      REQUIRE(ledger.outbox.close_batch(t, batch->id));
    });
  }
  CrmTraces traces() {
    const auto found = crm_traces(ledger, {{account(4), account(5)}, {}});
    REQUIRE(found);
    return *found;
  }

 private:
  LedgerFixture fixture_;

 public:
  Ledger ledger{fixture_.database()};
};

}  // namespace

TEST_CASE("forget in crm: an account that nothing was written to has no traces there") {
  Site site;
  CHECK_FALSE(site.traces().any());
  // Emptied, and a field that people set.
  FieldValues values;
  values[static_cast<std::size_t>(Field::score)] = "";
  values[static_cast<std::size_t>(Field::pause_until)] = "2027-01-01";
  site.write(values);
  CHECK_FALSE(site.traces().any());
}

TEST_CASE("forget in crm: values of an account that was merged into it are traces") {
  Site site;
  FieldValues values;
  values[static_cast<std::size_t>(Field::score)] = "12.5";
  site.write(values);
  CHECK(site.traces().fields);
  CHECK(site.traces().tasks.empty());
}

TEST_CASE("forget in crm: a task counts once it was sent, also where nobody answered") {
  Site site;
  const store::DeliveryId task = site.add_task();
  CHECK_FALSE(site.traces().any());
  SECTION("made") {
    site.answer(task, Receipt::Outcome::accepted);
    CHECK(site.traces().tasks == std::vector<std::string>{kKey});
  }
  SECTION("nobody answered") {
    site.answer(task, Receipt::Outcome::unknown);
    CHECK(site.traces().tasks == std::vector<std::string>{kKey});
  }
  SECTION("refused") {
    site.answer(task, Receipt::Outcome::rejected);
    CHECK_FALSE(site.traces().any());
  }
  SECTION("put off") {
    site.answer(task, Receipt::Outcome::deferred);
    CHECK_FALSE(site.traces().any());
  }
}

TEST_CASE("forget in crm: what was done is said, and nothing else") {
  CHECK(to_text(CrmCleared{}).empty());
  CHECK(to_text(CrmCleared{1, 0, 0}) == "fields emptied");
  CHECK(to_text(CrmCleared{1, 1, 0}) == "fields emptied, 1 task withdrawn");
  CHECK(to_text(CrmCleared{0, 0, 2}) == "2 tasks left that people closed, took away or touched");
}
