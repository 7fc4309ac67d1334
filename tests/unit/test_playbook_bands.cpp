// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include "playbook/bands.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

struct Counted {
  int high = 0, medium = 0, low = 0;
};

Counted count_bands(const Playbook& playbook, const std::deque<TestAccount>& accounts,
                    const Today& today) {
  const Frame frame = frame_of(playbook, accounts, today);
  Counted counted;
  for (const TestAccount& account : accounts) {
    const auto band = choose(playbook, account.candidate(), frame, today).band;
    counted.high += band == Band::high;
    counted.medium += band == Band::medium;
    counted.low += band == Band::low;
  }
  return counted;
}

// n accounts with likelihoods 1/n .. 1, best last.
void fill(std::deque<TestAccount>& accounts, int n) {
  for (int i = 0; i < n; ++i) {
    accounts.emplace_back("A" + std::to_string(i)).likelihood((i + 1.0) / n);
  }
}

AccountMemory in_band(Band band, Day day) {
  AccountMemory memory;
  memory.decided = true;
  memory.decided_on = day;
  memory.band = band;
  return memory;
}

}  // namespace

TEST_CASE("bands: high is the top tenth and medium the next fifth, also among equals") {
  const auto playbook = playbook_of("bands: {floor: 0}");
  const unsigned seed = test_seed(11);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const int n : {0, 1, 3, 10, 37, 100, 1956}) {
    for (const int distinct : {1, 5, 1'000'000}) {
      INFO(n << " accounts, " << distinct << " values");
      std::deque<TestAccount> accounts;
      for (int i = 0; i < n; ++i) {
        accounts.emplace_back("A" + std::to_string(i))
            .ranked(static_cast<double>(random() % static_cast<unsigned>(distinct)));
      }
      const Counted counted = count_bands(*playbook, accounts, test_today());
      CHECK(counted.high == std::lround(0.1 * n));
      CHECK(counted.high + counted.medium == std::lround(0.3 * n));
      CHECK(counted.high + counted.medium + counted.low == n);
    }
  }
}

TEST_CASE("bands: nobody below the floor is high or medium, and rule scorers have no floor") {
  std::deque<TestAccount> accounts;
  for (int i = 0; i < 100; ++i) {
    accounts.emplace_back("A" + std::to_string(i)).likelihood(0.001 * i);
  }
  Today today = test_today();
  today.base_rate = 0.0475;
  // Twice the base rate is 9.5 %: accounts 95 to 99.
  Counted counted = count_bands(*playbook_of(""), accounts, today);
  CHECK(counted.high == 5);
  CHECK(counted.medium == 0);
  counted = count_bands(*playbook_of("bands: {floor: 8%}"), accounts, today);
  CHECK(counted.high == 10);
  CHECK(counted.medium == 10);
  for (TestAccount& account : accounts) account.ranked(account.score->rank_value);
  counted = count_bands(*playbook_of(""), accounts, today);
  CHECK(counted.high == 10);
  CHECK(counted.medium == 20);
}

TEST_CASE("bands: where costs are known the floor is that a contact is worth it") {
  std::deque<TestAccount> accounts;
  fill(accounts, 100);
  Today today = test_today();
  today.worth_from = 0.95;
  CHECK(count_bands(*playbook_of(""), accounts, today).high == 6);
  CHECK(count_bands(*playbook_of("bands: {floor: 98%}"), accounts, today).high == 3);
}

TEST_CASE("bands: within segments every segment has its own tenth, and the cost is told") {
  std::deque<TestAccount> accounts;
  fill(accounts, 100);
  for (int i = 0; i < 50; ++i)
    accounts[static_cast<std::size_t>(i)].feature("days_since_order", 200);
  const auto playbook = playbook_of("bands: {within: segment, floor: 0}");
  const Today today = test_today();
  const Frame frame = frame_of(*playbook, accounts, today);
  int dormant = 0;
  for (const TestAccount& account : accounts) {
    const Choice choice = choose(*playbook, account.candidate(), frame, today);
    if (choice.band == Band::high && choice.segment == "dormant") ++dormant;
  }
  CHECK(dormant == 5);
  std::vector<Candidate> candidates;
  for (const TestAccount& account : accounts) candidates.push_back(account.candidate());
  const WithinCost cost = cost_of_within(*playbook, candidates, today);
  CHECK(cost.hits_within_all == Approx(25.65));      // 0.71 + .. + 1.00
  CHECK(cost.hits_within_segment == Approx(20.40));  // 0.36 .. 0.50 and 0.86 .. 1.00
}

TEST_CASE("bands: an account leaves its band past the edge by a fifth of the band's width") {
  std::deque<TestAccount> accounts;
  fill(accounts, 100);
  const auto playbook = playbook_of("bands: {floor: 0}");
  const Today today = test_today();
  const Frame frame = frame_of(*playbook, accounts, today);
  // The account at place `rank` (1 is the best), with a band from yesterday.
  const auto band_at = [&](int rank, Band before) {
    const Candidate candidate = accounts[static_cast<std::size_t>(100 - rank)].candidate();
    return band_with_memory(frame, 1, candidate, in_band(before, today.day - 1), today.day).band;
  };
  CHECK(band_at(10, Band::high) == Band::high);
  CHECK(band_at(12, Band::high) == Band::high);
  CHECK(band_at(13, Band::high) == Band::medium);
  CHECK(band_at(80, Band::high) == Band::low);
  CHECK(band_at(10, Band::medium) == Band::medium);
  CHECK(band_at(7, Band::medium) == Band::medium);
  CHECK(band_at(6, Band::medium) == Band::high);
  CHECK(band_at(34, Band::medium) == Band::medium);
  CHECK(band_at(35, Band::medium) == Band::low);
  CHECK(band_at(30, Band::low) == Band::low);
  CHECK(band_at(17, Band::low) == Band::low);
  CHECK(band_at(16, Band::low) == Band::medium);
  CHECK(band_at(5, Band::low) == Band::high);
}

TEST_CASE("bands: or when past the edge for two days running, and a day back inside forgets it") {
  std::deque<TestAccount> accounts;
  fill(accounts, 100);
  const auto playbook = playbook_of("bands: {floor: 0}");
  const Day day = Day::of_civil(2026, 11, 23);
  const Frame frame = frame_of(*playbook, accounts, test_today(day));
  AccountMemory memory = in_band(Band::high, day - 1);
  const auto decide = [&](int rank, Day on) {
    TestAccount& account = accounts[static_cast<std::size_t>(100 - rank)];
    account.memory = memory;
    memory = choose(*playbook, account.candidate(), frame, test_today(on)).memory;
    return *memory.band;
  };
  CHECK(decide(11, day) == Band::high);
  CHECK(memory.band_beyond == Band::medium);
  CHECK(decide(11, day) == Band::high);  // the same day again counts once
  CHECK(decide(11, day) == Band::high);
  CHECK(decide(9, day + 1) == Band::high);
  CHECK_FALSE(memory.band_beyond);
  CHECK(decide(11, day + 2) == Band::high);
  CHECK(decide(11, day + 3) == Band::medium);
  CHECK(decide(11, day + 3) == Band::medium);
  CHECK_FALSE(memory.band_beyond);
}

TEST_CASE("bands: asking again on the same day never changes the answer") {
  const unsigned seed = test_seed(99);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto playbook = playbook_of("");
  std::deque<TestAccount> accounts;
  for (int i = 0; i < 200; ++i) accounts.emplace_back("A" + std::to_string(i));
  int moves = 0;
  for (int day = 0; day < 12; ++day) {
    for (TestAccount& account : accounts) {
      const double before = account.score ? account.score->probability : 0.05;
      const double step = static_cast<double>(random() % 2001) / 1000.0 - 1.0;
      account.likelihood(std::clamp(before + 0.01 * step, 0.001, 0.2));
    }
    const Today today = test_today(Day::of_civil(2026, 11, 1) + day);
    const Frame frame = frame_of(*playbook, accounts, today);
    for (TestAccount& account : accounts) {
      const auto before = account.memory.band;
      const Choice first = choose(*playbook, account.candidate(), frame, today);
      const Choice replayed = choose(*playbook, account.candidate(), frame, today);
      account.memory = first.memory;
      const Choice second = choose(*playbook, account.candidate(), frame, today);
      REQUIRE(first.band == second.band);
      REQUIRE(first.decile == second.decile);
      REQUIRE(first.fields == second.fields);
      REQUIRE(second.changes.empty());
      REQUIRE(replayed.fields == first.fields);
      REQUIRE(replayed.changes == first.changes);
      moves += before && before != first.band ? 1 : 0;
    }
  }
  CHECK(moves > 50);
}

TEST_CASE("deciles: 10 is the best tenth of the segment, whatever its size") {
  const auto playbook = playbook_of("");
  const Today today = test_today();
  for (const int n : {1, 2, 9, 10, 11, 100, 105}) {
    std::deque<TestAccount> accounts;
    fill(accounts, n);
    const Frame frame = frame_of(*playbook, accounts, today);
    for (int rank = 0; rank < n; ++rank) {
      const Candidate candidate = accounts[static_cast<std::size_t>(n - 1 - rank)].candidate();
      INFO("place " << rank << " of " << n);
      CHECK(int{decile_by_rank(frame, 1, candidate)} == 10 - rank * 10 / n);
    }
  }
}

TEST_CASE("frame: its numbers give it back, and those of another playbook are refused") {
  std::deque<TestAccount> accounts;
  fill(accounts, 57);
  for (const char* yaml : {"", "bands: {within: segment}"}) {
    const auto playbook = playbook_of(yaml);
    const Frame frame = frame_of(*playbook, accounts, test_today());
    const std::vector<double> numbers = frame.numbers();
    for (const double number : numbers) CHECK(std::isfinite(number));
    const auto again = Frame::of(*playbook, numbers);
    REQUIRE(again);
    CHECK(again->numbers() == numbers);
    for (const TestAccount& account : accounts) {
      CHECK(choose(*playbook, account.candidate(), *again, test_today()).fields ==
            choose(*playbook, account.candidate(), frame, test_today()).fields);
    }
    const auto short_one = Frame::of(*playbook, std::vector<double>(5));
    REQUIRE_FALSE(short_one);
    CHECK(short_one.error().kind == ErrorKind::corrupt);
  }
}
