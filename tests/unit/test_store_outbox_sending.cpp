// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"
#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

std::vector<DeliveryId> added(LedgerFixture& ledger, Outbox& outbox, std::uint32_t count) {
  std::vector<DeliveryId> ids;
  ledger.committed([&](Transaction& t) {
    for (std::uint32_t i = 1; i <= count; ++i) {
      FieldUpdate update{account(i).id, {}};
      update.values[1] = "High";
      ids.push_back(*outbox.add(t, {account(i), "d", 1.0 / i, update}, kNoon)->id);
    }
  });
  return ids;
}

Answer answer(DeliveryId id, Receipt::Outcome outcome) {
  Answer made{id, {}, {}};
  made.receipt.outcome = outcome;
  made.receipt.version = "v2";
  made.receipt.stored[1] = "High";
  return made;
}

std::vector<DeliveryId> record(LedgerFixture& ledger, Outbox& outbox, const Answer& said,
                               Instant at = kNoon) {
  std::vector<DeliveryId> changed;
  ledger.committed([&](Transaction& t) {
    auto result = outbox.record(t, std::span(&said, 1), at);
    REQUIRE(result);
    changed = *result;
  });
  return changed;
}

Delivery read(const Outbox& outbox, DeliveryId id) {
  return **outbox.find(id);
}

}  // namespace

TEST_CASE("outbox: sending is on disk for another process before the call returns") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 3);
  const auto batch = outbox.mark_sending(std::vector{ids[2], ids[0]}, kNoon + seconds(5));
  REQUIRE(batch);
  REQUIRE(batch->connection == "crm");
  REQUIRE(batch->kind == DeliveryKind::fields);
  Database other = ledger.open_reader();
  const Delivery sent = read(Outbox(other), ids[0]);
  REQUIRE(sent.state == DeliveryState::sending);
  REQUIRE(sent.attempt == 1);
  REQUIRE(sent.sent_at == kNoon + seconds(5));
  REQUIRE(read(Outbox(other), ids[1]).state == DeliveryState::meant);
  REQUIRE(raw(ledger.database()).execAndGet("PRAGMA synchronous").getInt() == 2);
}

TEST_CASE("outbox: marking what is not due marks nothing") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 2);
  REQUIRE(outbox.mark_sending(std::vector{ids[0]}, kNoon));
  const auto refused = outbox.mark_sending(std::vector{ids[1], ids[0]}, kNoon);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().message.find("is not due") != std::string::npos);
  REQUIRE(read(outbox, ids[1]).state == DeliveryState::meant);
  REQUIRE(outbox.open_batches("crm")->size() == 1);
}

TEST_CASE("outbox: after a crash what was being sent is unknown, and is not sent by itself") {
  LedgerFixture ledger;
  std::vector<DeliveryId> ids;
  {
    Outbox outbox(ledger.database());
    ids = added(ledger, outbox, 3);
    const auto batch = outbox.mark_sending(std::vector{ids[1], ids[0]}, kNoon);
    REQUIRE(outbox.checkpoint(batch->id, Continuation{std::string("job\0 7", 6)}));
  }
  Database reopened = ledger.open();
  Outbox outbox(reopened);
  REQUIRE(*outbox.recover() == 2);
  REQUIRE(*outbox.recover() == 0);
  REQUIRE(read(outbox, ids[0]).state == DeliveryState::unknown);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, kNoon, 10)->size() == 1);

  const auto batches = *outbox.open_batches("crm");
  REQUIRE(batches.size() == 1);
  REQUIRE(batches[0].deliveries == std::vector<DeliveryId>{ids[1], ids[0]});
  REQUIRE(batches[0].continuation.bytes == std::string("job\0 7", 6));
  REQUIRE(outbox.open_batches("other")->empty());
}

TEST_CASE("outbox: what never arrived is sent again as another attempt") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  const auto batch = outbox.mark_sending(ids, kNoon);
  REQUIRE(outbox.recover());
  ledger.committed([&](Transaction& t) {
    REQUIRE(outbox.close_batch(t, batch->id));
    REQUIRE(outbox.send_again(t, ids));
  });
  REQUIRE(outbox.open_batches("crm")->empty());
  REQUIRE(outbox.mark_sending(ids, kNoon + minutes(1)));
  REQUIRE(read(outbox, ids[0]).attempt == 2);
}

TEST_CASE("outbox: recording a receipt twice changes nothing") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  REQUIRE(outbox.mark_sending(ids, kNoon));
  const Answer accepted = answer(ids[0], Receipt::Outcome::accepted);
  REQUIRE(record(ledger, outbox, accepted, kNoon + seconds(1)) == ids);
  REQUIRE(record(ledger, outbox, accepted, kNoon + hours(1)).empty());
  REQUIRE(record(ledger, outbox, answer(ids[0], Receipt::Outcome::rejected)).empty());
  const Delivery done = read(outbox, ids[0]);
  REQUIRE(done.state == DeliveryState::done);
  REQUIRE(done.settled_at == kNoon + seconds(1));
  REQUIRE(done.receipt.version == "v2");
  REQUIRE(done.receipt.stored[1] == "High");
  REQUIRE(record(ledger, outbox, answer(12345, Receipt::Outcome::accepted)).empty());
}

TEST_CASE("outbox: the same rejection is told once, another one again") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  Answer rejected = answer(ids[0], Receipt::Outcome::rejected);
  rejected.cause = "c1";
  REQUIRE(record(ledger, outbox, rejected) == ids);
  REQUIRE(record(ledger, outbox, rejected).empty());
  rejected.cause = "c2";
  REQUIRE(record(ledger, outbox, rejected) == ids);
  REQUIRE(read(outbox, ids[0]).cause == "c2");
}

TEST_CASE("outbox: a deferred delivery is due again at its time") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 2);
  REQUIRE(outbox.mark_sending(ids, kNoon));
  Answer deferred = answer(ids[0], Receipt::Outcome::deferred);
  deferred.receipt.until = kNoon + hours(1);
  record(ledger, outbox, deferred);
  // Without a time it may be tried at once.
  record(ledger, outbox, answer(ids[1], Receipt::Outcome::deferred));
  const Instant later = kNoon + hours(1);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, later - milliseconds(1), 9)->size() == 1);
  const auto due = *outbox.take_due("crm", DeliveryKind::fields, later, 9);
  REQUIRE(due.size() == 2);
  REQUIRE(due[0].id == ids[0]);
  REQUIRE(outbox.take_due("crm", DeliveryKind::fields, later, 1)->front().id == ids[0]);
  REQUIRE(outbox.mark_sending(ids, later));
  REQUIRE(read(outbox, ids[0]).deferred_until.is_missing());
}

TEST_CASE("outbox: a value found in place is done without sending") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  REQUIRE(record(ledger, outbox, answer(ids[0], Receipt::Outcome::already_there)) == ids);
  REQUIRE(read(outbox, ids[0]).state == DeliveryState::done);
  REQUIRE(read(outbox, ids[0]).attempt == 0);
}

TEST_CASE("outbox: closing a batch leaves its unanswered items unknown") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 2);
  const auto batch = outbox.mark_sending(ids, kNoon);
  record(ledger, outbox, answer(ids[0], Receipt::Outcome::accepted));
  ledger.committed([&](Transaction& t) { REQUIRE(outbox.close_batch(t, batch->id)); });
  REQUIRE(read(outbox, ids[0]).state == DeliveryState::done);
  REQUIRE(read(outbox, ids[1]).state == DeliveryState::unknown);
  const auto late = outbox.checkpoint(batch->id, Continuation{"x"});
  REQUIRE(late.error().kind == ErrorKind::not_found);
}

TEST_CASE("outbox: receipts that were not committed are asked for again") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  REQUIRE(outbox.mark_sending(ids, kNoon));
  {
    Transaction t = ledger.begin();
    REQUIRE(outbox.record(t, std::vector{answer(ids[0], Receipt::Outcome::accepted)}, kNoon));
  }
  REQUIRE(*outbox.recover() == 1);
  REQUIRE(read(outbox, ids[0]).state == DeliveryState::unknown);
}

TEST_CASE("outbox: a damaged payload is told with its number") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 1);
  for (const char* damaged : {"", "[]", "{\"account\":\"A1\"}", "{\"values\":{\"band\":7}}",
                              "{\"values\":{\"unheard_of\":\"x\"}}"}) {
    ledger.tamper(std::string("UPDATE outbox SET payload = '") + damaged + "'");
    const auto due = outbox.take_due("crm", DeliveryKind::fields, kNoon, 10);
    REQUIRE_FALSE(due);
    REQUIRE(due.error().kind == ErrorKind::corrupt);
    REQUIRE(due.error().message.find("delivery " + std::to_string(ids[0])) != std::string::npos);
  }
}

TEST_CASE("outbox: a reader beside the writer sees whole batches only") {
  LedgerFixture ledger;
  Outbox outbox(ledger.database());
  const auto ids = added(ledger, outbox, 2);
  Database first = ledger.open_reader();
  Database second = ledger.open_reader();
  Transaction t = ledger.begin();
  REQUIRE(outbox.record(t, std::vector{answer(ids[0], Receipt::Outcome::accepted)}, kNoon));
  const auto open_in = [](Database& database) {
    return Outbox(database).counts("crm")->of(DeliveryKind::fields, DeliveryState::meant);
  };
  REQUIRE(open_in(first) == 2);
  REQUIRE(open_in(second) == 2);
  REQUIRE(t.commit());
  REQUIRE(open_in(first) == 1);
  REQUIRE(open_in(second) == 1);
}
