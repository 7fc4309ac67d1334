// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "playbook/tasks.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

TaskWish wish(const std::string& account, double value) {
  TaskWish made;
  made.account = made.group = account;
  made.action = "ask";
  made.key = "upselld." + account + ".ask.2026-11-23";
  made.account_owner = "rep-1";
  made.owners = {""};
  made.expected_value = value;
  return made;
}

RepFacts rep(const std::string& id, bool active = true) {
  RepFacts made;
  made.id = id;
  made.email = id + "@acme.example";
  made.active = active;
  return made;
}

std::string local(Instant at) {
  const TimeZone berlin = test_today().zone;
  return to_text(at + milliseconds(berlin.offset_ms(at))).substr(0, 16);
}

Instant berlin_time(int month, unsigned day, int hour) {
  return test_today().zone.at(Day::of_civil(2026, static_cast<unsigned>(month), day),
                              hours(hour).ms);
}

}  // namespace

TEST_CASE("tasks: each rep's week is filled with the best, whatever the order of the wishes") {
  const auto playbook = playbook_of("tasks: {per_rep_and_week: 3}");
  const std::vector<RepFacts> reps = {rep("rep-1")};
  std::vector<TaskWish> wishes;
  for (int i = 0; i < 6; ++i) wishes.push_back(wish("A" + std::to_string(i), 0.1 * (i % 4)));
  const auto outcomes = assign_tasks(*playbook, wishes, reps, {{"rep-1", 1}});
  std::vector<std::string> made;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    if (outcomes[i].task) made.push_back(outcomes[i].task->account);
    CHECK(outcomes[i].held == (outcomes[i].task ? "" : "capacity_reached"));
  }
  CHECK(made == std::vector<std::string>{"A2", "A3"});
  std::reverse(wishes.begin(), wishes.end());
  const auto reversed = assign_tasks(*playbook, wishes, reps, {{"rep-1", 1}});
  CHECK(reversed[2].task.has_value());
  CHECK(reversed[3].task.has_value());
}

TEST_CASE("tasks: a held-out account is told what it would have got, and takes nobody's place") {
  const auto playbook = playbook_of("tasks: {per_rep_and_week: 2}");
  const std::vector<RepFacts> reps = {rep("rep-1")};
  std::vector<TaskWish> wishes = {wish("A", 0.9), wish("B", 0.8), wish("C", 0.7), wish("D", 0.6),
                                  wish("E", 0.5)};
  wishes[1].held_out = true;  // among the first two
  wishes[3].held_out = true;  // after the last place is gone
  const auto outcomes = assign_tasks(*playbook, wishes, reps, {});
  CHECK(outcomes[0].task);
  CHECK(outcomes[1].task);
  CHECK(outcomes[2].task);
  CHECK(outcomes[3].held == "capacity_reached");
  CHECK(outcomes[4].held == "capacity_reached");

  wishes[1].group = "A";                          // of a family that has one already
  wishes[3].group = wishes[4].group = "Holding";  // held out together
  wishes[4].held_out = true;
  wishes[2].expected_value = 0.1;
  const auto family = assign_tasks(*playbook, wishes, reps, {});
  CHECK(family[1].held == "task_open");
  CHECK(family[2].task);
  CHECK(family[3].task);
  CHECK(family[4].held == "task_open");
}

TEST_CASE("tasks: ties go by the hash of the account") {
  const auto playbook = playbook_of("tasks: {per_rep_and_week: 1}");
  std::vector<TaskWish> wishes = {wish("A", 0.5), wish("B", 0.5)};
  wishes[0].id_hash = 1;
  wishes[1].id_hash = 2;
  const auto outcomes = assign_tasks(*playbook, wishes, {}, {});
  CHECK_FALSE(outcomes[0].task);
  CHECK(outcomes[1].task);
}

TEST_CASE("tasks: one task for a parent group, the best one") {
  const auto playbook = playbook_of("");
  std::vector<TaskWish> wishes = {wish("A", 0.2), wish("B", 0.4), wish("C", 0.1)};
  wishes[0].group = wishes[1].group = "Holding";
  const auto outcomes = assign_tasks(*playbook, wishes, {}, {});
  CHECK(outcomes[0].held == "task_open");
  CHECK(outcomes[1].task);
  CHECK(outcomes[2].task);
}

TEST_CASE("tasks: the first owner who applies and is active gets it") {
  const auto playbook = playbook_of("");
  const std::vector<RepFacts> reps = {rep("rep-1", false), rep("rep-2")};
  TaskWish one = wish("A", 1);
  const auto owner = [&](std::vector<std::string> owners) {
    one.owners = std::move(owners);
    const auto outcome = assign_tasks(*playbook, {&one, 1}, reps, {})[0];
    return outcome.task ? outcome.task->owner : outcome.held;
  };
  CHECK(owner({"", "ops@acme.example"}) == "ops@acme.example");
  CHECK(owner({"", "REP-2@acme.example", "ops@acme.example"}) == "rep-2");
  CHECK(owner({"rep-1", "rep-2"}) == "rep-2");
  CHECK(owner({""}) == "no_owner");
  one.account_owner = "rep-2";
  CHECK(owner({"", "ops@acme.example"}) == "rep-2");
  one.account_owner = "rep-gone";
  CHECK(owner({"", "ops@acme.example"}) == "ops@acme.example");
  one.account_owner = "";
  CHECK(owner({""}) == "no_owner");
}

TEST_CASE("tasks: conditional owners are those whose test holds") {
  const auto playbook = playbook_of(
      "tasks: {owner: [{region: DACH, to: anna@acme.example}, account_owner]}\n"
      "actions:\n  - action: ask\n    when: {}\n    task: {type: todo, subject: Ask}\n");
  TestAccount account("A");
  account.likelihood(0.5);
  CHECK(choose_alone(*playbook, account, test_today()).wish->owners ==
        std::vector<std::string>{""});
  account.attribute("region", "DACH");
  CHECK(choose_alone(*playbook, account, test_today()).wish->owners ==
        std::vector<std::string>{"anna@acme.example", ""});
}

TEST_CASE("tasks: a task that was made is remembered as open") {
  const auto playbook = playbook_of("");
  const TaskWish one = wish("A", 1);
  const auto outcome = assign_tasks(*playbook, {&one, 1}, {}, {})[0];
  AccountMemory memory;
  memory.task = {"old key", "other", "rep-9", {}, {}, TaskState::Status::done, "declined", {}};
  remember_task(memory, *outcome.task, "ask", test_today().day);
  CHECK(memory.task.key == one.key);
  CHECK(memory.task.action == "ask");
  CHECK(memory.task.owner == "rep-1");
  CHECK(memory.task.decided_on == test_today().day);
  CHECK(memory.task.status == TaskState::Status::open);
  CHECK(memory.task.outcome.empty());
  CHECK(memory.task.closed_at.is_missing());
}

TEST_CASE("tasks: keys tell everything, and long ones stay unique within 80 bytes") {
  AccountFacts account;
  account.id = "0015g00000A";
  const Day day = Day::of_civil(2026, 11, 23);
  CHECK(task_key("upselld", account, "ask", day) == "upselld.0015g00000A.ask.2026-11-23");
  account.id = std::string(100, 'x');
  const std::string longest(32, 'a');
  const std::string key = task_key("upselld", account, longest, day);
  CHECK(key.size() <= 80);
  account.id.back() = 'y';
  CHECK(task_key("upselld", account, longest, day) != key);
  CHECK(task_key("upselld", account, longest, day).substr(33) == key.substr(33));
}

TEST_CASE("tasks: due times fall into working hours, a day is a working day") {
  const TimeZone berlin = test_today().zone;
  const auto due = [&](Instant from, Duration after) { return local(due_at(from, after, berlin)); };
  CHECK(due(berlin_time(11, 23, 7), hours(24)) == "2026-11-24T09:00");  // Monday's list
  CHECK(due(berlin_time(11, 23, 7), hours(48)) == "2026-11-25T09:00");
  CHECK(due(berlin_time(11, 27, 7), hours(24)) == "2026-11-30T09:00");   // Friday
  CHECK(due(berlin_time(11, 26, 7), hours(48)) == "2026-11-30T09:00");   // Thursday
  CHECK(due(berlin_time(11, 28, 15), hours(24)) == "2026-12-01T09:00");  // Saturday is Monday 09:00
  CHECK(due(berlin_time(11, 23, 14), hours(24)) == "2026-11-24T14:00");
  CHECK(due(berlin_time(11, 23, 17), hours(24)) == "2026-11-24T17:00");
  CHECK(due(berlin_time(11, 23, 18), hours(24)) == "2026-11-25T09:00");
  CHECK(due(berlin_time(11, 23, 10), hours(4)) == "2026-11-23T14:00");
  CHECK(due(berlin_time(11, 23, 16), hours(4)) == "2026-11-24T09:00");
  CHECK(due(berlin_time(11, 27, 22), hours(4)) == "2026-11-30T09:00");
  CHECK(due(berlin_time(10, 23, 10), hours(24)) == "2026-10-26T10:00");  // over a clock change
  CHECK(to_text(week_start(Day::of_civil(2026, 11, 29))) == "2026-11-23");
  CHECK(to_text(week_start(Day::of_civil(2026, 11, 23))) == "2026-11-23");
  CHECK(to_text(week_start(Day::of_civil(1969, 12, 31))) == "1969-12-29");
}

TEST_CASE("tasks: the contact is active, allowed and the last one met") {
  ContactFacts caller, mailer, old, gone;
  caller.id = "caller";
  caller.may_mail = false;
  caller.last_touch_at = Instant{200};
  mailer.id = "mailer";
  mailer.may_call = false;
  mailer.last_touch_at = Instant{300};
  old.id = "old";
  old.last_touch_at = Instant{100};
  gone.id = "gone";
  gone.active = false;
  gone.last_touch_at = Instant{900};
  const std::vector<ContactFacts> all = {gone, old, mailer, caller};
  CHECK(choose_contact(all, "call").contact->id == "caller");
  CHECK(choose_contact(all, "email").contact->id == "mailer");
  CHECK(choose_contact(all, "todo").contact->id == "mailer");
  const std::vector<ContactFacts> only_mail = {mailer, gone};
  CHECK_FALSE(choose_contact(only_mail, "call").allowed);
  CHECK(choose_contact({}, "call").allowed);
  const std::vector<ContactFacts> only_gone = {gone};
  CHECK(choose_contact(only_gone, "todo").allowed);
  CHECK_FALSE(choose_contact(only_gone, "email").allowed);
}

TEST_CASE("tasks: parent groups follow parents to their root, and end in loops") {
  AccountFacts root, child, grandchild, alone, loop_a, loop_b;
  root.id = "root";
  child.id = "child";
  child.parent = "root";
  grandchild.id = "grandchild";
  grandchild.parent = "child";
  alone.id = "alone";
  loop_a.id = "loop-a";
  loop_a.parent = "loop-b";
  loop_b.id = "loop-b";
  loop_b.parent = "loop-a";
  const std::vector<const AccountFacts*> all = {&grandchild, &root,   &child,
                                                &alone,      &loop_b, &loop_a};
  CHECK(parent_groups(all) ==
        std::vector<std::string>{"root", "root", "root", "alone", "loop-a", "loop-a"});
  AccountFacts orphan;
  orphan.id = "orphan";
  orphan.parent = "unseen";
  const std::vector<const AccountFacts*> one = {&orphan};
  CHECK(parent_groups(one) == std::vector<std::string>{"unseen"});
}

TEST_CASE("tasks: withdrawn when bought, opted out, out of scope, expired or undone, with a line") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  TaskMemory& task = account.memory.task;
  task.key = "upselld.A.ask.2026-11-20";
  task.decided_on = Day::of_civil(2026, 11, 20);
  task.due = berlin_time(11, 24, 9);
  const auto why = [&](const Today& today = test_today(), bool undone = false) {
    const auto found = withdrawal(*playbook, account.candidate(), today, undone);
    if (found) CHECK(found->key == task.key);
    return found ? found->why : "";
  };
  CHECK(why() == "");
  account.feature("days_since_order", 2);
  CHECK(why() == "the customer has bought: order of 21 Nov");
  account.feature("days_since_order", 3);
  CHECK(why() == "the customer has bought: order of 20 Nov");
  account.feature("days_since_order", 4);
  CHECK(why() == "");
  account.facts.opted_out = true;
  CHECK(why() == "the customer does not want to be profiled");
  account.facts.opted_out = false;
  account.facts.in_scope = false;
  CHECK(why() == "this account is no longer among those that upselld looks after");
  account.facts.in_scope = true;
  Today later = test_today(Day::of_civil(2026, 12, 8));
  account.feature("days_since_order", 60);
  later.now = task.due + days(14);
  CHECK(why(later) == "");
  later.now = later.now + milliseconds(1);
  CHECK(why(later) == "it was due on 24 Nov and nobody took it up");
  CHECK(why(test_today(), true) == "the run that made it was undone");
  account.is_task_kept = true;
  CHECK(why(later) == "");
  account.is_task_kept = false;
  account.facts.pause_until = berlin_time(12, 24, 0);
  CHECK(why() == "");
  account.is_task_unsent = true;
  CHECK(why() == "it was not sent yet, and now the account is held: paused");
  account.facts.pause_until = Instant::missing();
  CHECK(why() == "");
  task.status = TaskState::Status::done;
  CHECK(why(later, true) == "");
}
