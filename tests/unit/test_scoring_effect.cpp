// SPDX-License-Identifier: Apache-2.0
#include "scoring/effect.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "scoring/random.h"
#include "scoring/train.h"
#include "tests/support/upsell_world.h"

using namespace upselld;
using namespace upselld::scoring;
using upselld::test::UpsellWorld;

namespace {

constexpr int kSeeds = 100;

struct Sides {
  int contacted = 600, held_out = 200;
  double chance_contacted = 0.2, chance_held_out = 0.12;
};

std::vector<TrialOutcome> drawn(const Sides& sides, std::uint64_t seed) {
  Random random(seed);
  std::vector<TrialOutcome> outcomes;
  for (int i = 0; i < sides.contacted + sides.held_out; ++i) {
    const bool held_out = i % 4 == 0 && i < 4 * sides.held_out;
    const double chance = held_out ? sides.chance_held_out : sides.chance_contacted;
    outcomes.push_back({"A" + std::to_string(i), "ask", held_out, random.share() < chance, chance});
  }
  return outcomes;
}

// The same number of up-sells in every arm of this size.
std::vector<TrialOutcome> exactly(int accounts, int upsells, bool held_out) {
  std::vector<TrialOutcome> outcomes;
  for (int i = 0; i < accounts; ++i) {
    outcomes.push_back({(held_out ? "H" : "C") + std::to_string(i), "ask", held_out, i < upsells});
  }
  return outcomes;
}

EffectStatus status_of(int contacted, int contacted_upsells, int held_out, int held_out_upsells) {
  auto all = exactly(contacted, contacted_upsells, false);
  const auto more = exactly(held_out, held_out_upsells, true);
  all.insert(all.end(), more.begin(), more.end());
  return measure_effects(all, 2).all.status;
}

// The tenth period of a world, with every account in a trial; half of them held out.
struct World : UpsellWorld {
  Day day;
  std::vector<Trial> trials;
  World() : UpsellWorld({.accounts = 800, .periods = 12, .seed = 3}), day(begin + 270) {
    for (const Timeline& timeline : source.accounts) {
      Trial trial;
      trial.account = timeline.account.id;
      trial.day = day;
      trial.action = timeline.account.number % 3 == 0 ? "call" : "mail";
      trial.held_out = timeline.account.number % 2 == 1;
      trial.probability = 0.25;
      trials.push_back(trial);
    }
  }
  bool buys(const std::string& id) const {
    for (const Timeline& timeline : source.accounts) {
      if (timeline.account.id != id) continue;
      for (const OrderEvent& order : timeline.orders) {
        const Instant from = TimeZone::utc().start_of(day);
        if (order.kind == OrderKind::upsell && order.at >= from && order.at < from + days(30)) {
          return true;
        }
      }
    }
    return false;
  }
  Effects effects(unsigned threads = 2) const {
    const auto found = effects_of(source, trials, settings(), now(), threads);
    REQUIRE(found);
    return *found;
  }
  Training trained(const std::vector<Trial>& with, const Money& money = {}) const {
    ScoringSettings made = settings();
    made.money = money;
    const auto table = FeatureTable::make(source.vocabulary(), made, {});
    REQUIRE(table);
    auto training = train(source, *table, made, now(), 2, with);
    REQUIRE(training);
    return std::move(*training);
  }
  // Whoever bought was contacted, and whoever was held out did not: all but one in five.
  void make_contacts_work() {
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (i % 5 != 0) trials[i].held_out = !buys(trials[i].account);
    }
  }
};

}  // namespace

TEST_CASE("effect: the interval holds the truth in 95 of 100 draws, or about that") {
  const Sides sides;
  const double truth = sides.chance_contacted - sides.chance_held_out;
  const double share = truth / sides.chance_contacted;
  int difference_held = 0, share_held = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Effect found = measure_effects(drawn(sides, seed), 2).all;
    REQUIRE(found.status != EffectStatus::unknown);
    difference_held += found.difference.low <= truth && truth <= found.difference.high;
    share_held += found.share.low <= share && share <= found.share.high;
  }
  WARN("seeds 1 to " << kSeeds << ": the difference was inside in " << difference_held
                     << ", the share in " << share_held);
  CHECK(difference_held >= 88);
  CHECK(share_held >= 88);
}

TEST_CASE("effect: where there is none it is hardly ever claimed") {
  const Sides none = {.chance_contacted = 0.15, .chance_held_out = 0.15};
  int shown = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Effect found = measure_effects(drawn(none, seed), 2).all;
    shown += found.status == EffectStatus::shown;
  }
  WARN("seeds 1 to " << kSeeds << ": an effect that is not there was claimed in " << shown);
  CHECK(shown <= 12);
}

TEST_CASE("effect: is unknown until both sides have 100 accounts and 5 up-sells") {
  CHECK(status_of(5'000, 2'000, 99, 5) == EffectStatus::unknown);
  CHECK(status_of(5'000, 2'000, 100, 4) == EffectStatus::unknown);
  CHECK(status_of(99, 50, 5'000, 400) == EffectStatus::unknown);
  CHECK(status_of(5'000, 2'000, 100, 5) == EffectStatus::shown);
  CHECK(status_of(500, 30, 100, 6) == EffectStatus::not_shown);
  CHECK(status_of(500, 30, 500, 200) == EffectStatus::shown);  // contacts do harm
}

TEST_CASE("effect: each action is compared by itself") {
  auto outcomes = drawn({.contacted = 3'000, .held_out = 1'000}, 1);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (i % 50 < 4) outcomes[i].action = "rare";
  }
  const Effects found = measure_effects(outcomes, 2);
  CHECK(found.by_action.at("ask").status == EffectStatus::shown);
  CHECK(found.by_action.at("rare").status == EffectStatus::unknown);
  CHECK(found.by_action.at("rare").held_out.accounts +
            found.by_action.at("ask").held_out.accounts ==
        found.all.held_out.accounts);
}

TEST_CASE("effect: counts what came within the horizon of each trial, on the side of its draw") {
  const World world;
  std::size_t contacted = 0, held_out = 0;
  for (const Trial& trial : world.trials) {
    (trial.held_out ? held_out : contacted) += world.buys(trial.account) ? 1 : 0;
  }
  const Effects found = world.effects();
  CHECK(found.all.contacted.accounts == 400);
  CHECK(found.all.held_out.accounts == 400);
  CHECK(found.all.contacted.upsells == contacted);
  CHECK(found.all.held_out.upsells == held_out);
  CHECK(found.all.contacted.told == Approx(0.25));
  CHECK(found.by_action.size() == 2);
  CHECK(found.unfinished == 0);
}

TEST_CASE("effect: a horizon that is not over counts nowhere, nor does a trial of the future") {
  World world;
  world.trials[0].day = world.end - 29;
  world.trials[1].day = world.end - 30;
  world.trials[2].day = world.end;
  const Effects found = world.effects();
  CHECK(found.unfinished == 1);
  CHECK(found.all.contacted.accounts + found.all.held_out.accounts == 798);
  CHECK(found.accounts.size() == 799);
}

TEST_CASE("effect: a trial without a year of its account's past before it is left out, and told") {
  World world;
  const Day first = world.trials[0].day;
  world.trials[0].day = first + 1;
  world.source.from = TimeZone::utc().start_of(first - 365);
  CHECK(world.effects().too_old == 0);
  world.source.from = TimeZone::utc().start_of(first - 364);
  const Effects found = world.effects();
  CHECK(found.too_old == world.trials.size() - 1);
  CHECK(found.all.contacted.accounts + found.all.held_out.accounts == 1);
  CHECK(found.accounts.size() == world.trials.size());
}

TEST_CASE("effect: who opted out since counts as not up-sold") {
  World world;
  const Effects before = world.effects();
  for (Timeline& timeline : world.source.accounts) {
    if (timeline.account.number % 2 == 0 && world.buys(timeline.account.id)) {
      timeline.account.opted_out = true;
    }
  }
  const Effects after = world.effects();
  CHECK(after.all.contacted.accounts == before.all.contacted.accounts);
  CHECK(after.all.contacted.upsells == 0);
  CHECK(after.all.held_out.upsells == before.all.held_out.upsells);
}

TEST_CASE("effect: is the same on any number of threads, for any order of accounts and trials") {
  World world;
  const Effects one = world.effects(1);
  std::reverse(world.trials.begin(), world.trials.end());
  world.source.shares = 5;
  const Effects two = world.effects(2);
  CHECK(one.all.difference.low == two.all.difference.low);
  CHECK(one.all.share.high == two.all.share.high);
}

TEST_CASE("effect: money is reckoned with the lower bound, and with nothing that is not shown") {
  const Money stated = {.cost_of_contact = 40, .margin = 0.5, .effect = 0.3};
  Effect effect;
  CHECK(money_with(stated, effect).effect == 0.3);
  effect.status = EffectStatus::shown;
  effect.share = {0.4, 0.1, 0.6};
  CHECK(money_with(stated, effect).worth_from() == Approx(40 / (0.1 * 0.5)));
  CHECK(money_with({.cost_of_contact = 40, .margin = 0.5, .effect = {}}, effect).known());
  effect.share = {-0.4, -0.6, -0.1};
  CHECK_FALSE(money_with(stated, effect).known());
  effect.status = EffectStatus::not_shown;
  effect.share = {0.1, -0.1, 0.3};
  CHECK_FALSE(money_with(stated, effect).known());
}

TEST_CASE("effect: without enough outcomes a model is the same to the byte") {
  const World world;
  const Training plain = world.trained({});
  const Training few = world.trained({world.trials.begin(), world.trials.begin() + 150});
  CHECK(few.files == plain.files);
  CHECK(nlohmann::json::parse(plain.report)["hold_out"].is_null());
  const auto told = nlohmann::json::parse(few.report);
  CHECK(told["effect_of_a_contact"].is_null());
  CHECK(told["hold_out"]["status"] == "unknown");
  CHECK(told["hold_out"]["held_out"]["accounts"] == 75);
  CHECK(told["hold_out"]["held_out"]["happened"].is_null());
  CHECK(told["hold_out"]["difference"].is_null());
  CHECK_THAT(few.card_markdown,
             Catch::Contains("The effect of a contact is unknown: 75 contacted"));
  CHECK_THAT(plain.card_markdown, !Catch::Contains("What contacts do"));
}

TEST_CASE("effect: what is found stands in report, card and model, and never where it holds 0") {
  const Money money = {.cost_of_contact = 1, .margin = 0.5, .effect = 0.9};
  World world;
  const Training even = world.trained(world.trials, money);
  const auto not_shown = nlohmann::json::parse(even.report);
  REQUIRE(not_shown["hold_out"]["status"] == "not_shown");
  CHECK(not_shown["effect_of_a_contact"]["share"].is_null());
  CHECK_THAT(even.card_markdown, Catch::Contains("An effect of contacts is not shown"));
  CHECK_THAT(even.card_markdown, !Catch::Contains("worth, assuming"));
  CHECK_THAT(even.card_markdown, !Catch::Contains("bought more"));

  world.make_contacts_work();
  const Training training = world.trained(world.trials, money);
  CHECK(training.version != even.version);
  const auto report = nlohmann::json::parse(training.report);
  REQUIRE(report["hold_out"]["status"] == "shown");
  const double low = report["effect_of_a_contact"]["low"];
  CHECK(low > 0);
  CHECK(report["effect_of_a_contact"]["source"] == "measured: hold-out");
  CHECK(report["value"]["worth_from"].get<double>() == Approx(1 / (0.5 * low)));
  CHECK(report["value"]["curve"][0]["money_measured"].size() == 3);
  CHECK_THAT(training.card_markdown, Catch::Contains("Contacted accounts bought more"));
  CHECK_THAT(training.card_markdown, !Catch::Contains("assuming"));
  const auto model = Model::load(training.files);
  REQUIRE(model);
  CHECK((*model)->effect().status == EffectStatus::shown);
  CHECK((*model)->effect().share.low == low);
}
