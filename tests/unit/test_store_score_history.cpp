// SPDX-License-Identifier: Apache-2.0
#include "store/score_history.h"

#include <map>

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

int rows(LedgerFixture& ledger) {
  return raw(ledger.database()).execAndGet("SELECT count(*) FROM score_history").getInt();
}

}  // namespace

TEST_CASE("score history: only moves of half a point are kept") {
  LedgerFixture ledger;
  ScoreHistory history(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(history.note(t, 1, Day{10}, 18.0));
    REQUIRE(history.note(t, 1, Day{11}, 18.25));
    REQUIRE(history.note(t, 1, Day{12}, 18.375));
    REQUIRE(history.note(t, 1, Day{13}, 18.5));
  });
  REQUIRE(rows(ledger) == 2);
  REQUIRE_FALSE(history.score_at(1, Day{9})->has_value());
  REQUIRE(**history.score_at(1, Day{10}) == 18.0);
  REQUIRE(**history.score_at(1, Day{12}) == 18.0);
  REQUIRE(**history.score_at(1, Day{40}) == 18.5);
}

TEST_CASE("score history: noting a day again keeps the last, however often it is tried") {
  LedgerFixture ledger;
  ScoreHistory history(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(history.note(t, 1, Day{10}, 18.0));
    REQUIRE(history.note(t, 1, Day{12}, 25.0));
    REQUIRE(history.note(t, 1, Day{12}, 25.0));
    REQUIRE(history.note(t, 1, Day{12}, 18.1));
  });
  REQUIRE(rows(ledger) == 1);
  REQUIRE(**history.score_at(1, Day{12}) == 18.0);
}

TEST_CASE("score history: an account that lost its score has none from then on") {
  LedgerFixture ledger;
  ScoreHistory history(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(history.note(t, 1, Day{9}, std::nullopt));
    REQUIRE(history.note(t, 1, Day{10}, 18.0));
    REQUIRE(history.note(t, 1, Day{11}, std::nullopt));
    REQUIRE(history.note(t, 2, Day{8}, 3.0));
  });
  REQUIRE_FALSE(history.score_at(1, Day{11})->has_value());
  std::map<std::uint32_t, double> at_10, at_11;
  REQUIRE(history.each_at(Day{10}, [&](std::uint32_t a, double s) { at_10[a] = s; }));
  REQUIRE(history.each_at(Day{11}, [&](std::uint32_t a, double s) { at_11[a] = s; }));
  REQUIRE(at_10 == std::map<std::uint32_t, double>{{1, 18.0}, {2, 3.0}});
  REQUIRE(at_11 == std::map<std::uint32_t, double>{{2, 3.0}});
}

TEST_CASE("score history: pruning keeps what later days still need") {
  LedgerFixture ledger;
  ScoreHistory history(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(history.note(t, 1, Day{10}, 18.0));
    REQUIRE(history.note(t, 1, Day{20}, 28.0));
    REQUIRE(history.note(t, 1, Day{30}, 38.0));
    std::uint32_t place = 0;
    REQUIRE(history.prune(t, Day{25}, 10, place)->rows == 1);
  });
  REQUIRE(rows(ledger) == 2);
  REQUIRE(**history.score_at(1, Day{25}) == 28.0);
  ledger.committed([&](Transaction& t) { REQUIRE(history.remove(t, 1)); });
  REQUIRE(rows(ledger) == 0);
}

TEST_CASE("score history: the newest changes of an account come oldest first") {
  LedgerFixture ledger;
  ScoreHistory history(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(history.note(t, 1, Day{10}, 18.0));
    REQUIRE(history.note(t, 1, Day{11}, 20.0));
    REQUIRE(history.note(t, 1, Day{12}, std::nullopt));
    REQUIRE(history.note(t, 2, Day{11}, 3.0));
  });
  using Changes = std::vector<ScoreHistory::Change>;
  CHECK(*history.changes(1, 2) == Changes{{Day{11}, 20.0}, {Day{12}, std::nullopt}});
  CHECK(history.changes(1, 10)->size() == 3);
  CHECK(history.changes(3, 10)->empty());
}
