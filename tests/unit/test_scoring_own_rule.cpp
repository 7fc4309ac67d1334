// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "scoring/train.h"
#include "scoring/training_rows.h"
#include "tests/support/upsell_world.h"

using namespace upselld;
using namespace upselld::scoring;
using upselld::test::UpsellWorld;

namespace {

FeatureTable table_of(const UpsellWorld& world) {
  auto table = FeatureTable::make(world.source.vocabulary(), world.settings(), {});
  REQUIRE(table);
  return std::move(*table);
}

Training trained(const UpsellWorld& world, const OwnRuleAnswer& rule) {
  auto training = train(world.source, table_of(world), world.settings(), world.now(), 2, {}, rule);
  REQUIRE(training);
  return std::move(*training);
}

}  // namespace

TEST_CASE(
    "own rules: stand beside the model in the report with the rate of each, and decide nothing") {
  const UpsellWorld world({.accounts = 1'200, .periods = 12});
  const Training without = trained(world, {});
  REQUIRE(without.publishable);
  CHECK_FALSE(nlohmann::json::parse(without.report)["baselines"].contains("own_rules"));

  // All that decides this world: one rule for each number of logins.
  const auto logins = table_of(world).index_of("login_count_30d");
  REQUIRE(logins);
  const Training beside =
      trained(world, [&](const AccountFacts&, std::span<const float> row) -> std::uint8_t {
        const float count = row[*logins];
        return std::isnan(count) ? 0 : static_cast<std::uint8_t>(count);
      });
  CHECK(beside.reason == without.reason);
  const auto report = nlohmann::json::parse(beside.report);
  const auto& told = report["baselines"]["own_rules"];
  CHECK(told["log_loss"].get<double>() < report["baselines"]["order_count"]["log_loss"]);
  CHECK(told["log_loss"].get<double>() <
        report["test"]["log_loss"].get<double>() + 0.02);  // as good as can be
  CHECK(told["model_log_loss_minus_this"]["low"].is_number());
  CHECK(beside.files == without.files);  // it decides no score
}

TEST_CASE("own rules: are asked of an account as it was known then") {
  UpsellWorld world({.accounts = 60, .periods = 8});
  world.source.words.attributes.push_back({"seats", AttributeKind::number, {}, false});
  const Day risen = world.begin + 120;
  world.source.words.recorded_since.push_back(TimeZone::utc().start_of(world.begin));
  for (Timeline& timeline : world.source.accounts) {
    const Instant at = TimeZone::utc().start_of(risen) - hours(1);
    timeline.changes.push_back({at, 0, {7, ""}});
  }
  const OwnRuleAnswer rule = [](const AccountFacts& then, std::span<const float>) -> std::uint8_t {
    return std::isnan(then.attributes[0].number) ? 1 : 2;
  };
  const auto table = FeatureTable::make(world.source.vocabulary(), world.settings(), {});
  REQUIRE(table);
  const auto rows = gather_rows(world.source, *table, world.settings(), world.now(), 2, rule);
  REQUIRE(rows);
  REQUIRE(rows->dates.size() > 3);
  for (const DateRows& date : rows->dates) {
    REQUIRE(date.own_rule.size() == date.size());
    for (const std::uint8_t first : date.own_rule) CHECK(first == (date.day < risen ? 1 : 2));
  }
}
