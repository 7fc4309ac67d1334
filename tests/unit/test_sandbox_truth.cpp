// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "sandbox/history.h"
#include "sandbox/truth.h"

namespace upselld::sandbox {
namespace {

const Calendar kCalendar({2026, 11, 1}, 24);
constexpr int kHorizonDays = 90;

// UPSELLD_TEST_SEED repeats a failure.
std::uint64_t test_seed() {
  const char* given = std::getenv("UPSELLD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20261101;
}

// Happened against expected, in standard deviations of the expected count.
struct Tally {
  double expected = 0;
  double variance = 0;
  double happened = 0;
  void add(double probability, bool upsold) {
    expected += probability;
    variance += probability * (1 - probability);
    happened += upsold ? 1 : 0;
  }
  double deviations() const { return (happened - expected) / std::sqrt(variance); }
};

// One account's future from a given state, simulated: is it up-sold within the horizon?
bool upsold_in_one_future(const World& world, const Traits& traits, MonthView view, Drivers before,
                          Random& random) {
  for (int days_left = kHorizonDays; days_left > 0; view = next_view(view, kCalendar)) {
    const int days = std::min(days_left, kCalendar.days_in(view.month));
    if (!random.chance(no_upsell_within(world.log_odds(traits, view, before), days))) return true;
    before = next_drivers(before, random);
    days_left -= days;
  }
  return false;
}

}  // namespace

TEST_CASE("truth: what is written happens as often as it says, overall and in each band") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  const auto world = make_additive_world(24);
  Tally all;
  std::vector<Tally> bands(5);
  for (int account = 1; account <= 6000; ++account) {
    const History history = simulate(*world, kCalendar, seed, account);
    const auto points = true_probabilities(*world, kCalendar, history, kHorizonDays);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const int month = history.first_month + static_cast<int>(i) + 1;
      // Windows that neither overlap nor reach beyond the data.
      if (month % 4 != 0 || month + 4 > kCalendar.months()) continue;
      REQUIRE(points[i].date == kCalendar.first_of(month));
      const double p = points[i].probability;
      const bool upsold = upsold_within(kCalendar, history, month, kHorizonDays);
      all.add(p, upsold);
      const std::size_t band = p < 0.02 ? 0 : p < 0.05 ? 1 : p < 0.1 ? 2 : p < 0.2 ? 3 : 4;
      bands[band].add(p, upsold);
    }
  }
  REQUIRE(all.expected > 500);
  CHECK(std::abs(all.deviations()) < 4);
  for (const Tally& band : bands) {
    REQUIRE(band.expected > 50);
    CHECK(std::abs(band.deviations()) < 4);
  }
}

TEST_CASE("truth: the sum over the future's states equals many simulated futures") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  const auto world = make_additive_world(24);
  constexpr int kFutures = 40'000;
  for (const std::size_t state :
       {std::size_t{0}, std::size_t{7}, std::size_t{22}, std::size_t{31}}) {
    const Traits traits{.level = 0.8, .growth = -0.5, .created = kCalendar.start()};
    const MonthView view{.month = 3,
                         .month_of_year = kCalendar.month_of_year(3),
                         .months_since_upsell = 2,
                         .tenure_months = 3};
    const double exact =
        window_probability(*world, kCalendar, traits, view, drivers_at(state), kHorizonDays);
    Random random(seed, Random::Purpose::process, state);
    Tally tally;
    for (int i = 0; i < kFutures; ++i) {
      tally.add(exact, upsold_in_one_future(*world, traits, view, drivers_at(state), random));
    }
    CAPTURE(state, exact, tally.happened);
    CHECK(std::abs(tally.deviations()) < 4);
  }
}

TEST_CASE("truth: a longer window is never less likely, and a day has its own share") {
  const auto world = make_additive_world(24);
  const Traits traits{.created = kCalendar.start()};
  const MonthView view{.month = 5, .month_of_year = kCalendar.month_of_year(5), .tenure_months = 9};
  double shorter = 0;
  for (int days = 1; days <= 120; ++days) {
    const double p = window_probability(*world, kCalendar, traits, view, {}, days);
    CHECK(p > shorter);
    shorter = p;
  }
  const double one_day = window_probability(*world, kCalendar, traits, view, {}, 1);
  const double log_odds = world->log_odds(traits, view, {});
  const double thirty = 1 / (1 + std::exp(-log_odds));
  CHECK(1 - std::pow(1 - one_day, 30) == Approx(thirty));
}

TEST_CASE("drivers: every state has an index, and moving weights loses none") {
  DriverWeights weights{};
  for (std::size_t i = 0; i < kDriverStates; ++i) {
    CHECK(index_of(drivers_at(i)) == i);
    weights[i] = static_cast<double>(i + 1);
  }
  const DriverWeights moved = next_weights(weights);
  CHECK(std::accumulate(moved.begin(), moved.end(), 0.0) ==
        Approx(std::accumulate(weights.begin(), weights.end(), 0.0)));
}

TEST_CASE("additive world: drivers pull the way they are documented to") {
  const auto world = make_additive_world(24);
  const Traits traits{.created = kCalendar.start()};
  const MonthView view{.tenure_months = 12};
  const double calm = world->log_odds(traits, view, {});
  CHECK(world->log_odds(traits, view, {.quota = Quota::full}) == Approx(calm + 1.7));
  CHECK(world->log_odds(traits, view, {.interest = Interest::looking}) == Approx(calm + 1.3));
  CHECK(world->log_odds(traits, view, {.friction = Friction::escalated}) == Approx(calm - 1.5));
  CHECK(world->log_odds(traits, view, {.engagement = Engagement::warm}) == Approx(calm + 0.5));
  MonthView just_bought = view;
  just_bought.months_since_upsell = 1;
  CHECK(world->log_odds(traits, just_bought, {}) == Approx(calm - 1.5));
}

TEST_CASE("tasks-cause-orders: up-sells come as often as is written, with a task and without") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  const auto world = make_tasks_cause_orders_world(24);
  const TaskPolicy policy{.holdout = 0.4};
  Tally with_task, without;
  double effect = 0;
  for (int account = 1; account <= 8000; ++account) {
    const History history = simulate(*world, kCalendar, seed, account, policy);
    const auto tasks = true_tasks(*world, kCalendar, history, kHorizonDays);
    if (tasks.empty()) continue;
    const TrueTask& first = tasks.front();
    int month = 0;
    while (kCalendar.first_of(month) < first.date) ++month;
    if (month + 3 > kCalendar.months()) continue;
    const bool upsold = upsold_within(kCalendar, history, month, kHorizonDays);
    if (first.is_withheld) {
      without.add(first.without, upsold);
    } else {
      with_task.add(first.with_task, upsold);
      effect += first.with_task - first.without;
    }
  }
  REQUIRE(with_task.expected > 100);
  REQUIRE(without.expected > 50);
  CHECK(std::abs(with_task.deviations()) < 4);
  CHECK(std::abs(without.deviations()) < 4);
  CHECK(effect > 0.3 * with_task.expected);
}

TEST_CASE("tasks-cause-orders: a history is the same up to its first task") {
  const std::uint64_t seed = test_seed();
  CAPTURE(seed);
  constexpr int kMonth = 12;
  const auto world = make_tasks_cause_orders_world(24);
  TaskPolicy nobody, everybody;
  nobody.given.emplace();
  everybody.given.emplace();
  int moved = 0;
  for (int account = 1; account <= 500; ++account) {
    (*everybody.given)[account].insert(kMonth);
    const History one = simulate(*world, kCalendar, seed, account, nobody);
    const History other = simulate(*world, kCalendar, seed, account, everybody);
    REQUIRE(one.months.size() == other.months.size());
    for (std::size_t i = 0; i < one.months.size(); ++i) {
      const bool same = one.months[i].upsell_day == other.months[i].upsell_day;
      if (one.months[i].view.month < kMonth) REQUIRE(same);
      if (!same) ++moved;
    }
  }
  CHECK(moved > 0);
}

TEST_CASE("worlds: an unknown name is refused with the known ones") {
  const auto world = make_world("sideways", 24);
  REQUIRE_FALSE(world);
  CHECK(world.error().kind == ErrorKind::invalid_config);
  CHECK(world.error().message ==
        "world: no world is named \"sideways\"; use one of: "
        "additive, interactions, level-jump-up, level-jump-down, none, tasks-cause-orders");
}

}  // namespace upselld::sandbox
