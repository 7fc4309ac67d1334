// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "scoring/gains.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "tests/support/upsell_world.h"

using namespace upselld;
using namespace upselld::scoring;
using upselld::test::UpsellWorld;

namespace {

// Every second account buys at ten times the price.
UpsellWorld two_sizes() {
  UpsellWorld world({.accounts = 800, .periods = 10});
  for (std::size_t a = 1; a < world.source.accounts.size(); a += 2) {
    for (OrderEvent& order : world.source.accounts[a].orders) order.amount *= 10;
  }
  return world;
}

FeatureTable table_of(const UpsellWorld& world) {
  auto table = FeatureTable::make(world.source.vocabulary(), world.settings(), {});
  REQUIRE(table);
  return std::move(*table);
}

Training trained(const UpsellWorld& world, const Money& money) {
  ScoringSettings settings = world.settings();
  settings.money = money;
  auto training = train(world.source, table_of(world), settings, world.now(), 2);
  REQUIRE(training);
  return std::move(*training);
}

}  // namespace

TEST_CASE("gains: follow the size of the account, and one great order moves nothing") {
  UpsellWorld world = two_sizes();
  const FeatureTable table = table_of(world);
  const auto learnt = [&] {
    const auto rows = gather_rows(world.source, table, world.settings(), world.now(), 2);
    REQUIRE(rows);
    return learn_gains(*rows, table, world.settings(), {0, rows->dates.size()}, world.now());
  };
  const Gains gains = learnt();
  REQUIRE(gains.known());
  const double small = gains.of(100), large = gains.of(1'000);
  // Up-sells of 150 and 1,500, drawn towards what both bring.
  CHECK(small > 150);
  CHECK(small < 300);
  CHECK(large > 1'200);
  CHECK(large < 1'500);
  CHECK(gains.of(NAN) == gains.mean);

  bool changed = false;
  for (OrderEvent& order : world.source.accounts[1].orders) {
    if (order.kind != OrderKind::upsell) continue;
    order.amount = 1e9;
    changed = true;
  }
  REQUIRE(changed);
  CHECK(learnt().of(1'000) == Approx(large).epsilon(0.02));
}

TEST_CASE("gains: an up-sell that several snapshots see counts once") {
  const UpsellWorld world = two_sizes();
  ScoringSettings settings = world.settings();
  settings.target.horizon = days(90);
  const FeatureTable table = table_of(world);
  const auto rows = gather_rows(world.source, table, settings, world.now(), 2);
  REQUIRE(rows);
  std::size_t orders = 0;
  for (const Timeline& timeline : world.source.accounts) {
    for (const OrderEvent& order : timeline.orders) orders += order.kind == OrderKind::upsell;
  }
  const Gains gains = learn_gains(*rows, table, settings, {0, rows->dates.size()}, world.now());
  REQUIRE(gains.known());
  CHECK(gains.upsells <= orders);
  CHECK(gains.upsells > orders / 4);
}

TEST_CASE("gains: an up-sell that was not known yet tells nothing") {
  const UpsellWorld world = two_sizes();
  const FeatureTable table = table_of(world);
  const auto rows = gather_rows(world.source, table, world.settings(), world.now(), 2);
  REQUIRE(rows);
  const Instant begin = TimeZone::utc().start_of(world.begin);
  CHECK_FALSE(learn_gains(*rows, table, world.settings(), {0, rows->dates.size()}, begin).known());
}

TEST_CASE("value: accounts are ranked by likelihood times gain, from the model's files alone") {
  const UpsellWorld world = two_sizes();
  const Training training = trained(world, {});
  const auto model = Model::load(training.files);
  REQUIRE(model);
  REQUIRE((*model)->has_gains());
  const FeatureTable table = table_of(world);
  std::map<std::string, double> gain;
  REQUIRE(score_accounts(world.source, table, model->get(), world.settings(), world.now(), {},
                         [&](const ScoredAccount& one) {
                           gain[one.account.id] = one.score->rank_value / one.score->probability;
                           const auto again = replay(one.row, table.names(), **model, world.end);
                           REQUIRE(again);
                           REQUIRE(again->rank_value == one.score->rank_value);
                         }));
  CHECK(gain.at("A10001") > 2 * gain.at("A10000"));
}

TEST_CASE("value: shows no money without an effect, and with one says that it assumes it") {
  const UpsellWorld world = two_sizes();
  const Training without = trained(world, {.cost_of_contact = 40, .margin = 0.7, .effect = {}});
  const auto plain = nlohmann::json::parse(without.report);
  CHECK(plain["effect_of_a_contact"].is_null());
  CHECK(plain["value"]["worth_from"].is_null());
  CHECK_FALSE(plain["value"]["curve"][0].contains("money_assuming"));
  CHECK_THAT(without.card_markdown, Catch::Contains("effect of a contact is unknown"));
  CHECK_THAT(without.card_markdown, !Catch::Contains("worth, assuming"));

  const Training with = trained(world, {.cost_of_contact = 40, .margin = 0.5, .effect = 0.2});
  CHECK(with.version == without.version);  // money decides no score
  const auto told = nlohmann::json::parse(with.report);
  CHECK(told["value"]["worth_from"].get<double>() == Approx(400));
  const auto& first = told["value"]["curve"][0];
  REQUIRE(first["money_assuming"].size() == 3);
  CHECK(first["money_assuming"][2]["effect"].get<double>() == Approx(0.2));
  const double came = first["gain_came"], contacts = first["contacts"];
  CHECK(first["money_assuming"][2]["value"].get<double>() ==
        Approx(0.2 * 0.5 * came - 40 * contacts));
  CHECK(first["low"] < first["gain_came"]);
  CHECK_THAT(with.card_markdown, Catch::Contains("worth, assuming 5 %"));
  CHECK_THAT(with.card_markdown, Catch::Contains("nothing here has measured it"));
}
