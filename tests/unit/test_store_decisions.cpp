// SPDX-License-Identifier: Apache-2.0
#include "store/decisions.h"

#include <cmath>
#include <limits>

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

AccountMemory full_memory() {
  AccountMemory memory;
  memory.decided = true;
  memory.decided_on = Day{20'000};
  memory.segment = "cooling";
  memory.band = Band::medium;
  memory.band_beyond = Band::high;
  memory.band_beyond_since = Day{19'999};
  memory.decile = 9;
  memory.tags = {"engaged", "high_value"};
  memory.action = "comparison";
  memory.rule = "playbook.yaml:38";
  memory.held = "task_open";
  memory.probability = 0.1 + 0.2;
  memory.score_30_days_ago = 12.5;
  memory.reason_order = {"recency", "friction"};
  memory.model_version = "2026-11-01-1a2b3c4d";
  memory.refreshed_on = Day{19'998};
  memory.task = {"upselld.A1.comparison.2026-11-20",
                 "comparison",
                 "rep7",
                 Day{19'990},
                 kNoon,
                 TaskState::Status::done,
                 "not_now",
                 kNoon + days(1)};
  return memory;
}

StoredDecision decision(std::uint32_t number, double rank_value) {
  StoredDecision made;
  made.account = account(number);
  made.run = "r1";
  made.id = "r1." + std::to_string(number);
  made.decided_on = Day{20'000};
  made.segment = number % 2 == 0 ? "active" : "dormant";
  made.band = rank_value > 0.5 ? Band::high : Band::low;
  made.decile = 4;
  made.tags = {"engaged"};
  made.action = number % 3 == 0 ? "comparison" : "";
  made.held = number % 5 == 0 ? hold::kTaskOpen : "";
  made.rule = "playbook.yaml:12";
  made.status = status_text::kScored;
  made.score.model_version = "m1";
  made.score.has_probability = true;
  made.score.probability = rank_value;
  made.score.margin = -1.25;
  made.score.base = -3.5;
  made.score.rank_value = rank_value;
  made.score.reasons = {{"recency", "days_since_order", 12, 0.75, "last order 8 Oct"},
                        {"offers", "offers_made", std::nan(""), -0.25, ""}};
  made.values[0] = "18.3";
  made.values[4] = "";
  return made;
}

void require_equal(const AccountMemory& a, const AccountMemory& b) {
  REQUIRE(a.decided == b.decided);
  REQUIRE(a.decided_on == b.decided_on);
  REQUIRE(a.segment == b.segment);
  REQUIRE(a.band == b.band);
  REQUIRE(a.band_beyond == b.band_beyond);
  REQUIRE(a.band_beyond_since == b.band_beyond_since);
  REQUIRE(a.decile == b.decile);
  REQUIRE(a.tags == b.tags);
  REQUIRE(a.action == b.action);
  REQUIRE(a.rule == b.rule);
  REQUIRE(a.held == b.held);
  REQUIRE(a.probability == b.probability);
  REQUIRE(a.score_30_days_ago == b.score_30_days_ago);
  REQUIRE(a.reason_order == b.reason_order);
  REQUIRE(a.model_version == b.model_version);
  REQUIRE(a.refreshed_on == b.refreshed_on);
  REQUIRE(a.task.key == b.task.key);
  REQUIRE(a.task.action == b.task.action);
  REQUIRE(a.task.owner == b.task.owner);
  REQUIRE(a.task.decided_on == b.task.decided_on);
  REQUIRE(a.task.due == b.task.due);
  REQUIRE(a.task.status == b.task.status);
  REQUIRE(a.task.outcome == b.task.outcome);
  REQUIRE(a.task.closed_at == b.task.closed_at);
}

}  // namespace

TEST_CASE("decisions: a memory comes back as it was, to the last bit") {
  LedgerFixture ledger;
  {
    Decisions decisions(ledger.database());
    ledger.committed([&](Transaction& t) {
      REQUIRE(decisions.put(t, decision(3, 0.9), full_memory()));
      REQUIRE(decisions.remember(t, 1, AccountMemory()));
    });
  }
  Database reopened = ledger.open();
  const Decisions decisions(reopened);
  require_equal(*decisions.memory(3), full_memory());
  require_equal(*decisions.memory(1), AccountMemory());
  require_equal(*decisions.memory(77), AccountMemory());
  std::vector<std::uint32_t> order;
  REQUIRE(decisions.each_memory([&](std::uint32_t number, AccountMemory&& memory) {
    order.push_back(number);
    require_equal(memory, number == 3 ? full_memory() : AccountMemory());
  }));
  REQUIRE(order == std::vector<std::uint32_t>{1, 3});
}

TEST_CASE("decisions: the newest decision of an account replaces the older one") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  StoredDecision newer = decision(3, 0.25);
  newer.band.reset();
  newer.score.has_probability = false;
  newer.task = TaskDraft{"k", "A3", "c1", "rep", "call", kNoon, "subject", "body \"x\"\n", "18.3"};
  ledger.committed([&](Transaction& t) {
    REQUIRE(decisions.put(t, decision(3, 0.9), full_memory()));
    REQUIRE(decisions.put(t, newer, full_memory()));
  });
  const StoredDecision read = **decisions.latest(3);
  REQUIRE(read.account == newer.account);
  REQUIRE(read.score.rank_value == 0.25);
  REQUIRE_FALSE(read.band);
  REQUIRE_FALSE(read.score.has_probability);
  REQUIRE(read.tags == newer.tags);
  REQUIRE(read.values == newer.values);
  REQUIRE(read.task->subject == "subject");
  REQUIRE(read.task->body == "body \"x\"\n");
  REQUIRE(read.task->due == kNoon);
  REQUIRE(read.score.reasons.size() == 2);
  REQUIRE(read.score.reasons[0].text == "last order 8 Oct");
  REQUIRE(read.score.reasons[0].contribution == 0.75);
  REQUIRE(std::isnan(read.score.reasons[1].value));
  REQUIRE_FALSE(decisions.latest(4)->has_value());
}

TEST_CASE("decisions: lists are filtered, and ranked by expected gain") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  ledger.committed([&](Transaction& t) {
    for (std::uint32_t i = 1; i <= 30; ++i) {
      REQUIRE(decisions.put(t, decision(i, (i * 7 % 31) / 31.0), AccountMemory()));
    }
  });
  const auto top = *decisions.list({.count_max = 4});
  REQUIRE(top.size() == 4);
  for (std::size_t i = 1; i < top.size(); ++i) {
    REQUIRE(top[i - 1].score.rank_value > top[i].score.rank_value);
  }
  REQUIRE(decisions.list({.segment = "active"})->size() == 15);
  REQUIRE(decisions.list({.held = hold::kTaskOpen})->size() == 6);
  REQUIRE(decisions.list({.any_held = true})->size() == 6);
  REQUIRE(decisions.list({.action = "comparison"})->size() == 10);
  REQUIRE(decisions.list({.connection = "other"})->empty());
  const auto all_high = decisions.list({.band = Band::high});
  for (const StoredDecision& high : *all_high) {
    REQUIRE(high.score.rank_value > 0.5);
  }
  const DecisionCounts counts = *decisions.counts();
  REQUIRE(counts.accounts == 30);
  REQUIRE(counts.with_probability == 30);
  REQUIRE(counts.segments.at("active") == 15);
  REQUIRE(counts.held.at(hold::kTaskOpen) == 6);
  REQUIRE(counts.bands.at("high") + counts.bands.at("low") == 30);
  REQUIRE(decisions.counts("other")->accounts == 0);
}

TEST_CASE("decisions: lists walk the index and sort nothing") {
  LedgerFixture ledger;
  SQLite::Statement plan(raw(ledger.database()),
                         "EXPLAIN QUERY PLAN SELECT * FROM decisions INDEXED BY decisions_by_rank"
                         " WHERE segment = 'a' AND band = 2 ORDER BY rank_value DESC, account");
  while (plan.executeStep()) {
    REQUIRE(plan.getColumn(3).getString().find("TEMP B-TREE") == std::string::npos);
  }
}

TEST_CASE("decisions: a rolled back decision leaves the older one") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  ledger.committed(
      [&](Transaction& t) { REQUIRE(decisions.put(t, decision(1, 0.5), full_memory())); });
  {
    Transaction t = ledger.begin();
    REQUIRE(decisions.put(t, decision(1, 0.75), AccountMemory()));
    REQUIRE(decisions.remove(t, 1));
  }
  REQUIRE((*decisions.latest(1))->score.rank_value == 0.5);
  REQUIRE(decisions.memory(1)->segment == "cooling");
}

TEST_CASE("decisions: two readers see the last committed state while a writer writes") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  ledger.committed(
      [&](Transaction& t) { REQUIRE(decisions.put(t, decision(1, 0.5), full_memory())); });
  Database first = ledger.open_reader();
  Database second = ledger.open_reader();
  Transaction t = ledger.begin();
  REQUIRE(decisions.put(t, decision(1, 0.75), AccountMemory()));
  REQUIRE((*Decisions(first).latest(1))->score.rank_value == 0.5);
  REQUIRE(Decisions(second).memory(1)->segment == "cooling");
  REQUIRE(t.commit());
  REQUIRE((*Decisions(first).latest(1))->score.rank_value == 0.75);
  REQUIRE((*Decisions(second).latest(1))->score.rank_value == 0.75);
}

TEST_CASE("decisions: damaged bytes are told, not used") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  ledger.committed(
      [&](Transaction& t) { REQUIRE(decisions.put(t, decision(1, 0.5), full_memory())); });
  ledger.tamper("UPDATE account_memories SET memory = substr(memory, 1, length(memory) - 3)");
  REQUIRE(decisions.memory(1).error().kind == ErrorKind::corrupt);
  REQUIRE(decisions.each_memory([](std::uint32_t, AccountMemory&&) {}).error().kind ==
          ErrorKind::corrupt);
  ledger.tamper("UPDATE decisions SET reasons = x'ff'");
  const auto latest = decisions.latest(1);
  REQUIRE(latest.error().kind == ErrorKind::corrupt);
  REQUIRE(latest.error().message.find("crm:A1") != std::string::npos);
}

TEST_CASE("decisions: a list is read page by page, in any order that an index has") {
  LedgerFixture ledger;
  Decisions decisions(ledger.database());
  ledger.committed([&](Transaction& t) {
    for (std::uint32_t number = 1; number <= 30; ++number) {
      REQUIRE(decisions.put(t, decision(number, 0.01 * number), AccountMemory()));
    }
  });
  const auto numbers = [&](const DecisionFilter& filter) {
    const auto listed = decisions.list(filter);
    REQUIRE(listed);
    std::vector<std::uint32_t> found;
    for (const StoredDecision& one : *listed) found.push_back(one.account.number);
    return found;
  };
  using Numbers = std::vector<std::uint32_t>;
  CHECK(numbers({.count_max = 3}) == Numbers{30, 29, 28});
  CHECK(numbers({.offset = 28, .count_max = 10}) == Numbers{2, 1});
  CHECK(numbers({.is_reversed = true, .count_max = 2}) == Numbers{1, 2});
  CHECK(numbers({.order = DecisionOrder::segment, .count_max = 2}) == Numbers{30, 28});
  CHECK(numbers({.order = DecisionOrder::segment, .is_reversed = true, .count_max = 2}) ==
        Numbers{29, 27});
  CHECK(numbers({.accounts = {7, 4, 99}}) == Numbers{7, 4});
  for (const DecisionOrder order :
       {DecisionOrder::rank, DecisionOrder::band, DecisionOrder::action, DecisionOrder::held}) {
    CHECK(numbers({.segment = "active", .order = order}).size() == 15);
  }
  CHECK(*decisions.count({}) == 30);
  CHECK(*decisions.count({.segment = "active", .offset = 9, .count_max = 1}) == 15);
  CHECK(*decisions.count({.accounts = {7, 99}}) == 1);
}
