// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

NewDelivery fields_for(std::uint32_t number, const std::string& score, double value = 1) {
  FieldUpdate update;
  update.account = account(number).id;
  update.values[0] = score;
  update.values[6] = "line \"one\"\nline two";
  return {account(number), "d1", value, update};
}

NewDelivery task_for(std::uint32_t number, const std::string& key, double value = 1) {
  TaskDraft task;
  task.key = key;
  task.account = account(number).id;
  task.due = kNoon + days(2);
  task.subject = "Acme: call";
  return {account(number), "d1", value, task};
}

NewDelivery withdrawal_for(std::uint32_t number, const std::string& key) {
  return {account(number), "d2", 1, TaskWithdrawal{key, "", "bought on 21 Nov"}};
}

AddedDelivery add(LedgerFixture& ledger, Outbox& outbox, const NewDelivery& delivery) {
  AddedDelivery added;
  ledger.committed([&](Transaction& t) {
    auto result = outbox.add(t, delivery, kNoon);
    REQUIRE(result);
    added = *result;
  });
  return added;
}

Answer rejected(DeliveryId id, const std::string& cause) {
  Answer answer{id, {}, cause};
  answer.receipt.outcome = Receipt::Outcome::rejected;
  answer.receipt.code = "LOCKED";
  answer.receipt.message = "locked since 19 Nov";
  answer.receipt.field = "Region__c";
  return answer;
}

void reject(LedgerFixture& ledger, Outbox& outbox, DeliveryId id, const std::string& cause) {
  ledger.committed(
      [&](Transaction& t) { REQUIRE(outbox.record(t, std::vector{rejected(id, cause)}, kNoon)); });
}

// As a pull leaves it.
void account_row(LedgerFixture& ledger, std::uint32_t number, Instant version) {
  ledger.tamper(
      "INSERT INTO accounts (place, number, root, space, id, known_mark, merged_into, version, "
      "name,"
      " owner, parent, currency, opted_out, in_scope, past) VALUES (" +
      std::to_string(number) + ", " + std::to_string(number) + ", " + std::to_string(number) +
      ", 1, '" + account(number).id + "', 1, 0, " + std::to_string(version.ms) +
      ", '', '', '', '', 0, 1, x'')");
}

DeliveryState state_of(const Outbox& outbox, DeliveryId id) {
  return (*outbox.find(id))->state;
}

}  // namespace

TEST_CASE("outbox: what was added comes back as it was") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId id = *add(ledger, outbox, fields_for(7, "18.3", 2.5)).id;
  const DeliveryId task_id = *add(ledger, outbox, task_for(7, "k1")).id;
  Database reopened = ledger.open();
  const Delivery read = **Outbox(reopened).find(id);
  REQUIRE(read.account == account(7));
  REQUIRE(read.decision == "d1");
  REQUIRE(read.expected_value == 2.5);
  REQUIRE(read.state == DeliveryState::meant);
  REQUIRE(read.attempt == 0);
  REQUIRE(read.meant_at == kNoon);
  REQUIRE(read.sent_at.is_missing());
  const FieldValues& values = std::get<FieldUpdate>(read.payload).values;
  REQUIRE(values[0] == "18.3");
  REQUIRE_FALSE(values[1]);
  REQUIRE(values[6] == "line \"one\"\nline two");
  const KeyedTask keyed = **Outbox(reopened).task_of("k1");
  REQUIRE(keyed.id == task_id);
  REQUIRE(keyed.state == DeliveryState::meant);
  REQUIRE(keyed.connection == read.account.connection);
  REQUIRE_FALSE(Outbox(reopened).task_of("k2")->has_value());
  const Delivery task = **Outbox(reopened).find(task_id);
  REQUIRE(task.task_key == "k1");
  REQUIRE(std::get<TaskDraft>(task.payload).due == kNoon + days(2));
  REQUIRE_FALSE(Outbox(reopened).find(99)->has_value());
}

TEST_CASE("outbox: the greatest expected value is due first, then the oldest") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId small = *add(ledger, outbox, fields_for(1, "1", 1)).id;
  const DeliveryId great = *add(ledger, outbox, fields_for(2, "2", 5)).id;
  const DeliveryId same = *add(ledger, outbox, fields_for(3, "3", 1)).id;
  add(ledger, outbox, task_for(4, "k", 9));
  NewDelivery elsewhere = fields_for(5, "5", 9);
  elsewhere.account = account(5, "other");
  add(ledger, outbox, elsewhere);
  const auto due = *outbox.take_due("crm", DeliveryKind::fields, kNoon, 10);
  REQUIRE(due.size() == 3);
  REQUIRE(due[0].id == great);
  REQUIRE(due[1].id == small);
  REQUIRE(due[2].id == same);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, kNoon, 2)->size() == 2);
  REQUIRE(outbox.take_due("nobody", DeliveryKind::fields, kNoon, 2)->empty());
}

TEST_CASE("outbox: a newer delivery supersedes an undelivered one of its account and kind") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId old = *add(ledger, outbox, fields_for(1, "1")).id;
  const DeliveryId other = *add(ledger, outbox, fields_for(2, "1")).id;
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k")).id;
  const AddedDelivery newer = add(ledger, outbox, fields_for(1, "2"));
  REQUIRE(newer.superseded == std::vector<DeliveryId>{old});
  REQUIRE(state_of(outbox, old) == DeliveryState::superseded);
  REQUIRE(state_of(outbox, other) == DeliveryState::meant);
  REQUIRE(state_of(outbox, task) == DeliveryState::meant);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, kNoon, 10)->size() == 2);
}

TEST_CASE("outbox: what may have arrived is not superseded unless it can be written over") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId fields = *add(ledger, outbox, fields_for(1, "1")).id;
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k1")).id;
  REQUIRE(outbox.mark_sending(std::vector{fields}, kNoon));
  REQUIRE(outbox.mark_sending(std::vector{task}, kNoon));
  REQUIRE(add(ledger, outbox, fields_for(1, "2")).superseded.empty());
  REQUIRE(*outbox.recover() == 2);
  REQUIRE(add(ledger, outbox, fields_for(1, "3")).superseded.size() == 2);
  REQUIRE(add(ledger, outbox, task_for(1, "k2")).superseded.empty());
  REQUIRE(state_of(outbox, fields) == DeliveryState::superseded);
  REQUIRE(state_of(outbox, task) == DeliveryState::unknown);
}

TEST_CASE("outbox: a task key is made once for ever") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  REQUIRE_FALSE(*outbox.is_key_used("k1"));
  const DeliveryId first = *add(ledger, outbox, task_for(1, "k1")).id;
  REQUIRE(*outbox.is_key_used("k1"));
  const AddedDelivery again = add(ledger, outbox, task_for(1, "k1"));
  REQUIRE_FALSE(again.id);
  REQUIRE(again.superseded.empty());
  REQUIRE(state_of(outbox, first) == DeliveryState::meant);
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.remove(t, 1)); });
  REQUIRE(outbox.list({})->empty());
  REQUIRE_FALSE(add(ledger, outbox, task_for(9, "k1")).id);
  Database reopened = ledger.open();
  REQUIRE(*Outbox(reopened).is_key_used("k1"));
  REQUIRE_FALSE(*Outbox(reopened).is_key_used("k2"));
}

TEST_CASE("outbox: a key whose task was rolled back is free") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  {
    Transaction t = ledger.begin();
    REQUIRE(outbox.add(t, task_for(1, "k1"), kNoon)->id);
  }
  REQUIRE_FALSE(*outbox.is_key_used("k1"));
  REQUIRE(add(ledger, outbox, task_for(1, "k1")).id);
}

TEST_CASE("outbox: withdrawing a task that was never sent cancels it instead") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k1")).id;
  const AddedDelivery withdrawn = add(ledger, outbox, withdrawal_for(1, "k1"));
  REQUIRE_FALSE(withdrawn.id);
  REQUIRE(withdrawn.cancelled == std::vector<DeliveryId>{task});
  REQUIRE(state_of(outbox, task) == DeliveryState::cancelled);
}

// Sent at `at`, and nobody answered.
void send_in_vain(LedgerFixture& ledger, Outbox& outbox, DeliveryId id, Instant at = kNoon) {
  const auto sent = outbox.mark_sending(std::vector{id}, at);
  REQUIRE(sent);
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.close_batch(t, sent->id)); });
}

void answer(LedgerFixture& ledger, Outbox& outbox, DeliveryId id, Receipt::Outcome outcome) {
  Answer given{id, {}, ""};
  given.receipt.outcome = outcome;
  given.receipt.until = kNoon + minutes(15);
  REQUIRE(outbox.mark_sending(std::vector{id}, kNoon));
  ledger.committed(
      [&](Transaction& t) { REQUIRE(outbox.record(t, std::vector{given}, kNoon)->size() == 1); });
}

TEST_CASE("outbox: a withdrawn task that may stand is looked for, and not sent again") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  for (const auto last : {DeliveryState::meant, DeliveryState::deferred, DeliveryState::rejected}) {
    INFO(to_text(last));
    const auto number = static_cast<std::uint32_t>(1 + static_cast<int>(last));
    const std::string key = std::string("k ") + to_text(last);
    const DeliveryId task = *add(ledger, outbox, task_for(number, key)).id;
    send_in_vain(ledger, outbox, task, kNoon - hours(1));
    ledger.committed([&](Transaction& t) { REQUIRE(outbox.send_again(t, std::vector{task})); });
    if (last == DeliveryState::deferred) answer(ledger, outbox, task, Receipt::Outcome::deferred);
    if (last == DeliveryState::rejected) answer(ledger, outbox, task, Receipt::Outcome::rejected);
    REQUIRE(state_of(outbox, task) == last);
    REQUIRE((*outbox.task_of(key))->doubted_at == kNoon - hours(1));
    REQUIRE(add(ledger, outbox, task_for(number, key + " anew")).superseded.empty());
    REQUIRE_FALSE(*outbox.is_withdrawn(key));
    const AddedDelivery withdrawn = add(ledger, outbox, withdrawal_for(number, key));
    REQUIRE(withdrawn.id);
    REQUIRE(withdrawn.cancelled.empty());
    REQUIRE(*outbox.is_withdrawn(key));
    REQUIRE(state_of(outbox, task) == DeliveryState::unknown);
    REQUIRE((*outbox.find(task))->doubted_at == kNoon - hours(1));
  }
  REQUIRE(outbox.take_due("crm", DeliveryKind::withdrawal, kNoon + days(1), 10)->empty());
  const auto tasks = outbox.take_due("crm", DeliveryKind::task, kNoon + days(1), 10);
  REQUIRE(tasks->size() == 3);
  for (const Delivery& due : *tasks) REQUIRE(due.task_key.ends_with(" anew"));
}

TEST_CASE("outbox: a withdrawn task that was refused for sure is not sent, whatever came after") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId retried = *add(ledger, outbox, task_for(1, "k1")).id;
  answer(ledger, outbox, retried, Receipt::Outcome::rejected);
  ledger.committed([&](Transaction& t) { REQUIRE(*outbox.retry(t, "crm") == 1); });
  const DeliveryId put_off = *add(ledger, outbox, task_for(2, "k2")).id;
  answer(ledger, outbox, put_off, Receipt::Outcome::deferred);
  for (const DeliveryId task : {retried, put_off}) {
    const auto number = static_cast<std::uint32_t>(task);
    const AddedDelivery withdrawn =
        add(ledger, outbox, withdrawal_for(number, "k" + std::to_string(number)));
    REQUIRE_FALSE(withdrawn.id);
    REQUIRE(withdrawn.cancelled == std::vector<DeliveryId>{task});
    REQUIRE(state_of(outbox, task) == DeliveryState::cancelled);
  }
}

TEST_CASE("outbox: each attempt without an answer is another doubt, an answer is none") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k1")).id;
  const auto doubted_at = [&] { return (*outbox.find(task))->doubted_at; };
  answer(ledger, outbox, task, Receipt::Outcome::deferred);
  REQUIRE(doubted_at().is_missing());
  REQUIRE(outbox.mark_sending(std::vector{task}, kNoon + hours(1)));
  REQUIRE(doubted_at().is_missing());
  REQUIRE(*outbox.recover() == 1);
  REQUIRE(doubted_at() == kNoon + hours(1));
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.send_again(t, std::vector{task})); });
  const auto again = outbox.mark_sending(std::vector{task}, kNoon + hours(2));
  REQUIRE(again);
  REQUIRE(doubted_at() == kNoon + hours(1));
  ledger.committed([&](Transaction& t) {
    REQUIRE(outbox.record(t, std::vector{Answer{task, {}, ""}}, kNoon + hours(2))->size() == 1);
    REQUIRE(outbox.close_batch(t, again->id));
  });
  REQUIRE(doubted_at() == kNoon + hours(2));
}

TEST_CASE("outbox: a withdrawal waits until it is known whether its task exists") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k1")).id;
  REQUIRE(outbox.mark_sending(std::vector{task}, kNoon));
  REQUIRE(*outbox.recover() == 1);
  const DeliveryId withdrawal = *add(ledger, outbox, withdrawal_for(1, "k1")).id;
  REQUIRE(outbox.take_due("crm", DeliveryKind::withdrawal, kNoon, 10)->empty());
  Answer found{task, {}, {}};
  found.receipt.outcome = Receipt::Outcome::already_there;
  found.receipt.crm_id = "00T1";
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.record(t, std::vector{found}, kNoon)); });
  const auto due = *outbox.take_due("crm", DeliveryKind::withdrawal, kNoon, 10);
  REQUIRE(due.size() == 1);
  REQUIRE(due[0].id == withdrawal);
  // Another task's withdrawal takes nothing from this one; the same key's does.
  REQUIRE(add(ledger, outbox, withdrawal_for(1, "k0")).superseded.empty());
  REQUIRE(add(ledger, outbox, withdrawal_for(1, "k1")).superseded ==
          std::vector<DeliveryId>{withdrawal});
}

TEST_CASE("outbox: a rejected delivery waits until its cause changes or a person says so") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId first = *add(ledger, outbox, fields_for(1, "1")).id;
  const DeliveryId second = *add(ledger, outbox, fields_for(2, "1")).id;
  reject(ledger, outbox, first, "settings 7");
  reject(ledger, outbox, second, "settings 7");
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, kNoon, 10)->empty());
  const auto listed = *outbox.list({.state = DeliveryState::rejected});
  REQUIRE(listed.size() == 2);
  REQUIRE(listed[0].receipt.code == "LOCKED");
  REQUIRE(listed[0].receipt.field == "Region__c");

  const auto retry_changed = [&](const std::string& cause) {
    std::uint64_t count = 0;
    ledger.committed([&](Transaction& t) { count = *outbox.retry_changed(t, "crm", cause); });
    return count;
  };
  REQUIRE(retry_changed("settings 7") == 0);
  REQUIRE(retry_changed("settings 8") == 2);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, kNoon, 10)->size() == 2);
  reject(ledger, outbox, first, "settings 8");
  reject(ledger, outbox, second, "settings 8");
  // Somebody changes the account of the first, after the refusal.
  account_row(ledger, 1, kNoon + minutes(1));
  account_row(ledger, 2, kNoon - minutes(1));
  REQUIRE(retry_changed("settings 8") == 1);
  REQUIRE(state_of(outbox, first) == DeliveryState::meant);
  ledger.committed([&](Transaction& t) {
    REQUIRE(*outbox.retry(t, "other") == 0);
    REQUIRE(*outbox.retry(t, "") == 1);
  });
  REQUIRE(state_of(outbox, second) == DeliveryState::meant);
}

TEST_CASE("outbox: a refused task that may stand is not sent again by itself") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId task = *add(ledger, outbox, task_for(1, "k1")).id;
  send_in_vain(ledger, outbox, task);
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.send_again(t, std::vector{task})); });
  answer(ledger, outbox, task, Receipt::Outcome::rejected);
  REQUIRE(state_of(outbox, task) == DeliveryState::rejected);
  ledger.committed([&](Transaction& t) {
    REQUIRE(*outbox.retry_changed(t, "crm", "other settings") == 0);
    REQUIRE(*outbox.retry(t, "crm") == 1);
  });
}

TEST_CASE("outbox: cancelling leaves alone what may have arrived") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const DeliveryId meant = *add(ledger, outbox, fields_for(1, "1")).id;
  const DeliveryId sent = *add(ledger, outbox, fields_for(2, "1")).id;
  REQUIRE(outbox.mark_sending(std::vector{sent}, kNoon));
  ledger.committed([&](Transaction& t) {
    REQUIRE(*outbox.cancel(t, std::vector{meant, sent, DeliveryId{99}}, kNoon) ==
            std::vector<DeliveryId>{meant});
  });
  REQUIRE(state_of(outbox, sent) == DeliveryState::sending);
}

TEST_CASE("outbox: pruning keeps what is open, and each account's newest") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  add(ledger, outbox, fields_for(1, "1"));
  add(ledger, outbox, fields_for(1, "2"));
  const DeliveryId newest = *add(ledger, outbox, fields_for(1, "3")).id;
  ledger.committed([&](Transaction& t) {
    OutboxPlace place;
    REQUIRE(outbox.prune(t, kNoon, 10, place)->rows == 0);
    // A row at a time, of rows that were settled at the same moment.
    const auto first = outbox.prune(t, kNoon + days(1), 1, place);
    REQUIRE((first->rows == 1 && !first->is_done));
    REQUIRE(outbox.prune(t, kNoon + days(1), 1, place)->rows == 1);
    REQUIRE(outbox.prune(t, kNoon + days(1), 1, place)->is_done);
  });
  REQUIRE(outbox.list({})->front().id == newest);
  REQUIRE(outbox.counts("crm")->of(DeliveryKind::fields, DeliveryState::meant) == 1);
  REQUIRE(outbox.counts("crm")->of(DeliveryKind::task, DeliveryState::meant) == 0);
}

TEST_CASE("outbox: the newest tasks and withdrawals come newest first, and no fields") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  add(ledger, outbox, task_for(1, "k1", 9));
  add(ledger, outbox, {account(1), "d1", 5, FieldUpdate{"A1", {}}});
  const auto second = add(ledger, outbox, task_for(2, "k2", 1));
  const auto newest = outbox.newest_tasks(10);
  REQUIRE(newest);
  REQUIRE(newest->size() == 2);
  CHECK(newest->front().id == second.id);
  CHECK(newest->back().task_key == "k1");
  CHECK(outbox.newest_tasks(1)->size() == 1);
}

TEST_CASE("outbox: what a run still has to bring is found by its decisions") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  std::uint32_t number = 0;
  const auto of = [&](const std::string& decision) {
    NewDelivery delivery = fields_for(++number, "60");
    delivery.decision = decision;
    return *add(ledger, outbox, delivery).id;
  };
  const std::string run = "2026-11-23T07:00Z-4d1e";
  const DeliveryId waiting = of(run + "/1"), refused = of(run + "/2"), lost = of(run + "/12");
  const DeliveryId done = of(run + "/3");
  of("2026-11-23T07:00Z-4d1f/1");
  of("2026-11-23T07:00Z-4d1e0/1");
  reject(ledger, outbox, refused, "");
  send_in_vain(ledger, outbox, lost, kNoon);
  answer(ledger, outbox, done, Receipt::Outcome::accepted);
  const auto found = outbox.undelivered_of(run);
  REQUIRE(found);
  std::vector<DeliveryId> ids;
  for (const Delivery& one : *found) ids.push_back(one.id);
  CHECK(ids == std::vector{waiting, refused, lost});
  CHECK(outbox.undelivered_of("2026-11-23T07:00Z")->empty());
}
