// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

// One rule that takes everybody who has more than five seats, with a call.
const char* const kCall =
    "actions:\n  - action: ask\n    when: {seats: {from: 5}}\n"
    "    task: {type: call, subject: \"{account}: ask\"}\n";

std::unique_ptr<TestAccount> ready() {
  auto account = std::make_unique<TestAccount>("A");
  account->attribute("seats", 10).likelihood(0.5);
  return account;
}

std::string held(const TestAccount& account, const std::string& more = "",
                 const Today& today = test_today()) {
  const auto playbook = playbook_of(more + kCall);
  return choose_alone(*playbook, account, today).held;
}

TaskMemory closed_task(const std::string& outcome, Instant at) {
  TaskMemory task;
  task.key = "upselld.A.other.2026-01-01";
  task.action = "other";
  task.decided_on = Day::of_civil(2026, 1, 1);
  task.status = TaskState::Status::done;
  task.outcome = outcome;
  task.closed_at = at;
  return task;
}

}  // namespace

TEST_CASE("holds: an account without a reason to wait gets its task") {
  const auto playbook = playbook_of(kCall);
  const Choice choice = choose_alone(*playbook, *ready(), test_today());
  CHECK(choice.held.empty());
  CHECK(choice.action == "ask");
  CHECK(choice.rule == "playbook.yaml:2 ask");
  REQUIRE(choice.wish);
  CHECK(choice.wish->key == "upselld.A.ask.2026-11-23");
}

TEST_CASE("holds: pilot and never") {
  const auto account = ready();
  account->attribute("region", "DACH");
  CHECK(held(*account, "pilot: {region: UK}\n") == "not_in_pilot");
  CHECK(held(*account, "pilot: {region: DACH}\n").empty());
  CHECK(held(*account, "never: {region: DACH}\n") == "excluded");
  CHECK(held(*account, "never: {region: UK}\n").empty());
}

TEST_CASE("holds: paused until the day that a person set, and not on it") {
  const auto account = ready();
  const Today today = test_today();
  account->facts.pause_until = today.zone.end_of(today.day + 1);
  CHECK(held(*account) == "paused");
  account->facts.pause_until = today.zone.end_of(today.day);
  CHECK(held(*account).empty());
}

TEST_CASE("holds: who opted out gets nothing, and only the status is told") {
  const auto account = ready();
  account->score.reset();
  account->not_scored = "opted_out";
  account->facts.opted_out = true;
  const auto playbook = playbook_of(kCall);
  const Choice choice = choose_alone(*playbook, *account, test_today());
  CHECK(choice.held == "opted_out");
  CHECK(choice.action.empty());
  CHECK(choice.segment.empty());
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    INFO(to_text(field));
    if (field == Field::pause_until) {
      CHECK_FALSE(choice.fields[i]);
    } else {
      CHECK(choice.fields[i] == (field == Field::status ? status_text::kOptedOut : ""));
    }
  }
}

TEST_CASE("holds: no contact allowed only where contacts are known at all") {
  const auto account = ready();
  CHECK(held(*account).empty());
  ContactFacts contact;
  contact.id = "C1";
  contact.may_call = false;
  account->contacts = {contact};
  CHECK(held(*account) == "no_contact_allowed");
  contact.may_call = true;
  contact.active = false;
  account->contacts.push_back(contact);
  CHECK(held(*account) == "no_contact_allowed");
  contact.active = true;
  account->contacts.push_back(contact);
  CHECK(held(*account).empty());
}

TEST_CASE("holds: held-out accounts get no task and no action, and are marked") {
  const auto account = ready();
  const auto playbook = playbook_of(kCall);
  Today today = test_today();
  today.salt = salt_for(account->facts, true);
  const Choice choice = choose_alone(*playbook, *account, today);
  CHECK(choice.held == "holdout");
  CHECK(choice.rule == "hold holdout");
  CHECK(choice.action.empty());
  CHECK_FALSE(choice.wish);
  CHECK(choice.fields[std::size_t(Field::status)] == "Held out (no tasks)");
  CHECK(choice.fields[std::size_t(Field::score)] == "50.0");
  CHECK(choice.fields[std::size_t(Field::next_action)] == "");
}

TEST_CASE("holds: what a held-out account would have got is kept for comparison, and only that") {
  const auto account = ready();
  const auto playbook = playbook_of(kCall);
  Today today = test_today();
  CHECK_FALSE(choose_alone(*playbook, *account, today).withheld);
  today.salt = salt_for(account->facts, true);
  const Choice choice = choose_alone(*playbook, *account, today);
  REQUIRE(choice.withheld);
  CHECK(choice.withheld->rule == "playbook.yaml:2 ask");
  CHECK(choice.withheld->wish.action == "ask");
  CHECK(choice.withheld->wish.type == "call");
  CHECK(choice.withheld->wish.held_out);
  CHECK(choice.memory.action.empty());
  CHECK(choice.memory.task.key.empty());

  // Whatever else keeps it from a task keeps it from the comparison.
  today.tasks_due = false;
  CHECK_FALSE(choose_alone(*playbook, *account, today).withheld);
  today.tasks_due = true;
  account->feature("cases_escalated_open", 1);
  CHECK_FALSE(choose_alone(*playbook, *account, today).withheld);
  account->feature("cases_escalated_open", 0);
  account->facts.pause_until = today.midnight + days(30);
  CHECK_FALSE(choose_alone(*playbook, *account, today).withheld);
  account->facts.pause_until = Instant::missing();
  account->attribute("seats", 1);
  CHECK_FALSE(choose_alone(*playbook, *account, today).withheld);
}

TEST_CASE("holds: the hold-out is 5 %, grows with its share, and is not the losers of ties") {
  int held_out = 0, grown = 0, low_ties = 0;
  for (int i = 0; i < 20'000; ++i) {
    AccountFacts account;
    account.connection = "crm";
    account.id = "account " + std::to_string(i);
    const bool is_held = is_held_out("salt", "crm", account.id, 0.05);
    held_out += is_held;
    grown += is_held && is_held_out("salt", "crm", account.id, 0.10);
    low_ties += is_held && tie_hash("salt", account) < (std::uint64_t{1} << 63U);
    CHECK_FALSE(is_held_out("salt", "crm", account.id, 0));
  }
  CHECK(held_out > 900);
  CHECK(held_out < 1100);
  CHECK(grown == held_out);
  CHECK(low_ties > held_out * 0.4);
  CHECK(low_ties < held_out * 0.6);
}

TEST_CASE("holds: a parent group is held out as a whole") {
  Today today = test_today();
  today.salt = "one for all";
  for (int i = 0; i < 100; ++i) {
    const std::string group = "Holding " + std::to_string(i);
    const auto is_held = [&](const std::string& id) {
      const auto account = ready();
      account->facts.id = id;
      account->parent_group = group;
      return held(*account, "holdout: 50%\n", today) == "holdout";
    };
    const bool first = is_held("A");
    for (const char* id : {"B", "C", "D"}) CHECK(is_held(id) == first);
  }
}

TEST_CASE("holds: the built-in tests of the account's data") {
  const auto test = [](const char* feature, double holding, double passing, const char* name) {
    const auto account = ready();
    account->feature(feature, holding);
    CHECK(held(*account) == name);
    account->feature(feature, passing);
    CHECK(held(*account).empty());
  };
  test("open_upsell_orders", 1, 0, "upsell_already_open");
  test("cases_escalated_open", 1, 0, "escalated_case");
  test("tenure_days", 89, 90, "new_customer");
  test("days_since_order", 29, 30, "bought_recently");
}

TEST_CASE("holds: the admin's own tests come after the built-in ones") {
  const auto account = ready();
  const char* more = "hold_tasks: {small: {seats: {below: 20}}}\n";
  CHECK(held(*account, more) == "small");
  account->feature("cases_escalated_open", 2);
  CHECK(held(*account, more) == "escalated_case");
}

TEST_CASE("holds: an open task of the account or of its parent group") {
  const auto account = ready();
  account->group_has_open_task = true;
  CHECK(held(*account) == "task_open");
  account->group_has_open_task = false;
  account->memory.task = closed_task("", test_today().now);
  account->memory.task.status = TaskState::Status::open;
  CHECK(held(*account) == "task_open");
}

TEST_CASE("holds: how long an account is left in peace depends on the outcome") {
  const Today today = test_today();
  const auto test = [&](const std::string& outcome, int length) {
    INFO(outcome);
    const auto account = ready();
    account->memory.task = closed_task(outcome, today.midnight - days(length) + seconds(1));
    CHECK(held(*account) == "cooling_down");
    account->memory.task = closed_task(outcome, today.midnight - days(length));
    CHECK(held(*account).empty());
  };
  test("", 30);
  test("opportunity_opened", 30);
  test("in_progress", 30);
  test("not_now", 90);
  test("wrong_suggestion", 180);
  test("declined", 180);
}

TEST_CASE("holds: a task that a person deleted is never made again") {
  const auto account = ready();
  account->memory.task = closed_task("", test_today().now - days(2000));
  account->memory.task.status = TaskState::Status::deleted;
  CHECK(held(*account).empty());  // another action
  account->memory.task.action = "ask";
  CHECK(held(*account) == "cooling_down");
}

TEST_CASE("holds: nothing follows a task on its own day, so that a key is never used twice") {
  const auto account = ready();
  account->memory.task = closed_task("", Instant::missing());
  account->memory.task.decided_on = test_today().day;
  account->memory.task.status = TaskState::Status::withdrawn;
  const char* more = "tasks: {cooldown: {default: 0d}}\n";
  CHECK(held(*account, more) == "cooling_down");
  account->memory.task.decided_on = test_today().day - 1;
  CHECK(held(*account, more).empty());
}

TEST_CASE("holds: data that is too old") {
  const auto account = ready();
  Today today = test_today();
  today.data_as_of = today.now - hours(48);
  CHECK(held(*account, "", today).empty());
  today.data_as_of = today.now - hours(48) - milliseconds(1);
  CHECK(held(*account, "", today) == "too_old_data");
  CHECK(held(*account, "too_old_data: 72h\n", today).empty());
}

TEST_CASE("holds: who matches no rule is low_band or no_rule, not held by a test") {
  const auto account = ready();
  account->attribute("seats", 1).feature("cases_escalated_open", 1);
  CHECK(held(*account) == "no_rule");
  account->likelihood(0.001);
  CHECK(held(*account) == "low_band");
  account->score.reset();
  CHECK(held(*account) == "low_band");
}

TEST_CASE("holds: an action without a task is shown whatever the tests say") {
  const auto account = ready();
  account->feature("cases_escalated_open", 1);
  const auto playbook = playbook_of("actions: [{action: mention, when: {}}]");
  const Choice choice = choose_alone(*playbook, *account, test_today());
  CHECK(choice.action == "mention");
  CHECK(choice.held.empty());
  CHECK_FALSE(choice.wish);
}

TEST_CASE("holds: an approval is needed where asked for, and used up by its task") {
  const std::string yaml = std::string(kCall) + "    approve: yes\n";
  const auto playbook = playbook_of(yaml);
  const auto account = ready();
  const Today today = test_today();
  const auto choice = [&] { return choose_alone(*playbook, *account, today); };
  CHECK(choice().held == "approval_pending");
  account->approval = Approval{"other", today.day};
  CHECK(choice().held == "approval_pending");
  account->approval = Approval{"ask", today.day - 1};
  REQUIRE(choice().wish);
  CHECK(choice().wish->body.find("ask, approved on 22 Nov, model ") != std::string::npos);
  account->memory.task = closed_task("", today.midnight - days(200));
  account->memory.task.action = "ask";
  account->memory.task.decided_on = today.day - 1;
  CHECK(choice().held == "approval_pending");
}

TEST_CASE("holds: a yes does not outlive a later task of another action") {
  const auto playbook = playbook_of(std::string(kCall) + "    approve: yes\n");
  const auto account = ready();
  const Today today = test_today();
  account->memory.task = closed_task("", today.midnight - days(35));
  account->memory.task.decided_on = today.day - 40;
  for (const int days_ago : {94, 41, 40}) {
    INFO("said yes " << days_ago << " days ago");
    account->approval = Approval{"ask", today.day - days_ago};
    CHECK(choose_alone(*playbook, *account, today).held == "approval_pending");
  }
  account->approval = Approval{"ask", today.day - 39};
  CHECK(choose_alone(*playbook, *account, today).held.empty());
}

TEST_CASE("holds: outside the hour of tasks nothing is wished for, and nothing is held for it") {
  Today today = test_today();
  today.tasks_due = false;
  const auto playbook = playbook_of(kCall);
  const Choice choice = choose_alone(*playbook, *ready(), today);
  CHECK(choice.action == "ask");
  CHECK(choice.held.empty());
  CHECK_FALSE(choice.wish);
}

TEST_CASE("holds: the first in the order of the list is told") {
  const auto account = ready();
  const Today today = test_today();
  account->attribute("region", "DACH").feature("open_upsell_orders", 1);
  account->feature("cases_escalated_open", 1).feature("tenure_days", 3);
  account->facts.pause_until = today.midnight + days(30);
  account->group_has_open_task = true;
  CHECK(held(*account, "pilot: {region: UK}\nnever: {region: DACH}\n") == "not_in_pilot");
  CHECK(held(*account, "never: {region: DACH}\n") == "excluded");
  CHECK(held(*account) == "paused");
  account->facts.pause_until = Instant::missing();
  CHECK(held(*account) == "upsell_already_open");
  account->feature("open_upsell_orders", 0);
  CHECK(held(*account) == "escalated_case");
  account->feature("cases_escalated_open", 0);
  CHECK(held(*account) == "new_customer");
  account->feature("tenure_days", 300);
  CHECK(held(*account) == "task_open");
}
