// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>

#include "scoring/measures.h"
#include "scoring/model.h"
#include "scoring/permutation.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "scoring/train_rows.h"
#include "tests/support/upsell_world.h"

using namespace upselld;
using namespace upselld::scoring;
using test::UpsellWorld;

namespace {

Training train_world(const UpsellWorld& world, unsigned threads = 2) {
  const auto settings = world.settings();
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  REQUIRE(table);
  auto training = train(world.source, *table, settings, world.now(), threads);
  REQUIRE(training);
  return std::move(*training);
}

Training train_plain(const test::TimelinesInMemory& source, Instant now) {
  const ScoringSettings settings;
  const auto table = FeatureTable::make(source.vocabulary(), settings, {});
  REQUIRE(table);
  auto training = train(source, *table, settings, now, 2);
  REQUIRE(training);
  return std::move(*training);
}

void check_not_publishable(const Training& training, const std::string& reason) {
  CHECK_FALSE(training.publishable);
  CHECK_THAT(training.reason, Catch::Contains(reason));
  CHECK(nlohmann::json::parse(training.report)["reason"] == training.reason);
}

}  // namespace

TEST_CASE("training: finds the probabilities of a world whose truth is known") {
  const UpsellWorld world({.accounts = 1'200, .periods = 12});

  const Training training = train_world(world);

  REQUIRE(training.publishable);
  double kl = 0, told = 0, truth = 0;
  std::vector<std::uint8_t> happened;
  std::vector<double> probability;
  for (const Prediction& prediction : training.predictions) {
    const double p = world.truth.at({prediction.account, prediction.snapshot.number});
    const double q = prediction.probability;
    kl += p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
    told += q;
    truth += p;
  }
  const auto n = static_cast<double>(training.predictions.size());
  REQUIRE(n > 4'000);
  INFO("mean KL " << kl / n << ", told " << told / n << ", truth " << truth / n);
  CHECK(kl / n < 0.01);
  CHECK(std::abs(told - truth) / n < 0.01);
  const auto report = nlohmann::json::parse(training.report);
  // Of one date's outcomes: its standard error is about 0.12.
  CHECK(report["test"]["slope"] > 0.7);
  CHECK(report["test"]["slope"] < 1.4);

  ScoringSettings longer = world.settings();
  longer.target.horizon = days(90);
  const auto table = FeatureTable::make(world.source.vocabulary(), longer, {});
  const auto untried = train(world.source, *table, longer, world.now(), 2);
  REQUIRE(untried);
  CHECK_THAT(untried->card_markdown, Catch::Contains("No correction of slope or level was tried"));
}

TEST_CASE("training: gives the same bytes for one and two threads") {
  const UpsellWorld world({.accounts = 500, .periods = 8});

  const Training one = train_world(world, 1);
  const Training two = train_world(world, 2);

  CHECK(one.version == two.version);
  CHECK(one.files == two.files);
  CHECK(one.report == two.report);
  CHECK(predictions_csv(one.predictions) == predictions_csv(two.predictions));
}

TEST_CASE("training: a prediction does not change when the future of its date is removed") {
  const UpsellWorld world({.accounts = 400, .periods = 9});
  const auto settings = world.settings();
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  const Training all = train_world(world);
  UpsellWorld past = world;
  // The newest rolling date: its model and rows may know nothing of what came later.
  const Day day = all.predictions.back().snapshot - 30;
  const Instant cut = TimeZone::utc().start_of(day);
  for (Timeline& timeline : past.source.accounts) {
    timeline = test::TimelinesInMemory::known(timeline, cut);
  }

  const auto model_then = train(past.source, *table, settings, cut, 1);
  REQUIRE(model_then);
  const auto model = Model::load(model_then->files);
  REQUIRE(model);
  std::map<std::string, double> then;
  REQUIRE(score_accounts(past.source, *table, model->get(), settings, cut, {},
                         [&](const ScoredAccount& scored) {
                           if (scored.score) {
                             then[scored.account.id] = scored.score->probability;
                           }
                         }));

  std::size_t compared = 0;
  for (const Prediction& prediction : all.predictions) {
    if (prediction.snapshot != day) continue;
    REQUIRE(then.count(prediction.account) == 1);
    REQUIRE(then[prediction.account] == prediction.probability);
    ++compared;
  }
  CHECK(compared == then.size());
  CHECK(compared > 300);
}

TEST_CASE("training: publishes nothing when outcomes are permuted inside snapshots") {
  const UpsellWorld world({.accounts = 500, .periods = 10});
  const auto settings = world.settings();
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  const auto rows = gather_rows(world.source, *table, settings, world.now(), 2);
  REQUIRE(rows);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto training = train_rows(permuted(*rows, seed), *table, settings, world.now(), 2);
    REQUIRE(training);
    INFO("seed " << seed << ": " << training->reason);
    CHECK_FALSE(training->publishable);
  }
}

TEST_CASE("training: learns from activity of any kind once one kind was recorded") {
  UpsellWorld world({.accounts = 60, .periods = 10});
  const Instant late = world.now() - days(20);
  const std::uint16_t call = world.source.kind("call");
  world.source.accounts.front().activities.push_back({late, late, NAN, 0, 0, call});
  ScoringSettings settings = world.settings();
  settings.features.learn = {"activity_days_7d", "call_days_7d"};
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  REQUIRE(table);
  const auto rows = gather_rows(world.source, *table, settings, world.now(), 2);
  REQUIRE(rows);
  const auto learns = [&](const char* name) {
    const auto index = static_cast<std::uint32_t>(*table->index_of(name));
    return std::count(rows->columns.begin(), rows->columns.end(), index) == 1;
  };
  CHECK(learns("activity_days_7d"));
  CHECK_FALSE(learns("call_days_7d"));
}

TEST_CASE("training: past dates have 24 months, too") {
  const UpsellWorld world({.accounts = 60, .periods = 60});
  const auto settings = world.settings();
  const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
  const auto rows = gather_rows(world.source, *table, settings, world.now(), 2);
  REQUIRE(rows);
  CHECK(rows->dates.front().day < world.end - 3 * 365);
}

TEST_CASE("training: a past date learns from no feature that began in its months") {
  const auto trained = [](int recorded_days) {
    UpsellWorld world({.accounts = 400, .periods = 60, .level = -5});
    world.source.words.activity_kinds.back() = "survey";  // of which no measure knows
    for (Timeline& timeline : world.source.accounts) {
      std::erase_if(timeline.activities, [&](const ActivityEvent& event) {
        return event.at < world.now() - days(recorded_days);
      });
    }
    return train_world(world);
  };
  // The published model's months are whole; those of every judged date began before.
  const Training with = trained(735), without = trained(0);
  CHECK(with.version != without.version);
  REQUIRE_FALSE(with.predictions.empty());
  REQUIRE(with.predictions.size() == without.predictions.size());
  std::size_t others = 0;
  for (std::size_t i = 0; i < with.predictions.size(); ++i) {
    others += with.predictions[i].probability != without.predictions[i].probability;
  }
  CHECK(others == 0);
}

TEST_CASE("training: an order that is entered years later moves no snapshot") {
  UpsellWorld world({.accounts = 60, .periods = 20});
  const auto settings = world.settings();
  const auto gathered = [&] {
    const auto table = FeatureTable::make(world.source.vocabulary(), settings, {});
    auto rows = gather_rows(world.source, *table, settings, world.now(), 2);
    REQUIRE(rows);
    return std::pair(rows->dates.front().day, rows->columns);
  };
  const auto before = gathered();
  const Instant long_ago = world.now() - days(3'000);
  world.source.accounts.front().orders.push_back(
      {long_ago, world.now() - days(10), 999'999, 50, 0, {}, OrderStatus::won});
  CHECK(gathered() == before);
}

TEST_CASE("training: without growth, too, an order that was taken back is no up-sell") {
  test::TimelinesInMemory source;
  const Instant now = TimeZone::utc().start_of(Day::of_civil(2026, 11, 1));
  const std::uint16_t refund = source.kind("refund");
  for (std::uint64_t a = 1; a <= 50; ++a) {
    Timeline& account = source.add_account("A" + std::to_string(1'000 + a));
    const auto order = [&](int days_ago, double amount) {
      const Instant at = now - days(days_ago);
      account.orders.push_back(
          {at, at, 10 * a + account.orders.size(), amount, 0, {}, OrderStatus::won});
    };
    for (const int days_ago : {200, 170, 130}) order(days_ago, 100);
    order(40, 300);
    account.activities.push_back({now - days(30), now - days(30), 300, 0, 0, refund});
  }
  const ScoringSettings settings;
  const auto table = FeatureTable::make(source.vocabulary(), settings, {});
  REQUIRE(table);
  const auto rows = gather_rows(source, *table, settings, now, 1);
  REQUIRE(rows);
  REQUIRE(rows->dates.back().size() == 50);
  CHECK(std::count(rows->dates.back().positive.begin(), rows->dates.back().positive.end(), 1) == 0);
  for (const std::size_t positives : rows->no_growth) CHECK(positives == 0);
}

TEST_CASE("training: without growth, too, what was taken back stands in no other's place") {
  const auto shuffled = [](double last, double taken_back) {
    test::TimelinesInMemory source;
    const Instant now = TimeZone::utc().start_of(Day::of_civil(2026, 11, 1));
    const std::uint16_t refund = source.kind("refund");
    for (std::uint64_t a = 1; a <= 50; ++a) {
      Timeline& account = source.add_account("A" + std::to_string(1'000 + a));
      const auto order = [&](int days_ago, double amount) {
        const Instant at = now - days(days_ago);
        account.orders.push_back(
            {at, at, 10 * a + account.orders.size(), amount, 0, {}, OrderStatus::won});
      };
      for (const int days_ago : {200, 190, 180}) order(days_ago, 299);
      if (taken_back > 0) {
        order(170, taken_back);
        account.activities.push_back({now - days(165), now - days(165), taken_back, 0, 0, refund});
      }
      order(40, last);
    }
    const ScoringSettings settings;
    const auto table = FeatureTable::make(source.vocabulary(), settings, {});
    const auto rows = gather_rows(source, *table, settings, now, 1);
    REQUIRE(rows);
    return std::accumulate(rows->no_growth.begin(), rows->no_growth.end(), std::size_t{0});
  };
  CHECK(shuffled(299, 10'000) == 0);
  // 12 seats after 10 at 29.90: 1.2 times as much, though not for a double.
  CHECK(shuffled(12 * 29.90, 0) > 0);
}

TEST_CASE("training: says why there is no model where there is too little") {
  const TimeZone zone = TimeZone::utc();
  test::TimelinesInMemory source;
  const Instant now = zone.start_of(Day::of_civil(2026, 11, 1));

  SECTION("no accounts") {
    check_not_publishable(train_plain(source, now), "no orders yet");
  }
  SECTION("an account without orders") {
    source.add_account("A1");
    check_not_publishable(train_plain(source, now), "no orders yet");
  }
  SECTION("one account with a long past") {
    Timeline& account = source.add_account("A1");
    for (int i = 0; i < 40; ++i) {
      const Instant at = now - days(400 - 10 * i);
      account.orders.push_back(
          {at, at, static_cast<std::uint64_t>(i + 1), 10.0 + i, 0, {}, OrderStatus::won});
    }
    check_not_publishable(train_plain(source, now), "too few accounts");
  }
  SECTION("orders of last week only") {
    Timeline& account = source.add_account("A1");
    account.orders.push_back({now - days(7), now - days(7), 1, 10, 0, {}, OrderStatus::won});
    check_not_publishable(train_plain(source, now), "too little history");
  }
  SECTION("amounts that are not known") {
    for (int a = 0; a < 100; ++a) {
      Timeline& account = source.add_account("A" + std::to_string(a));
      for (int i = 0; i < 6; ++i) {
        const Instant at = now - days(300 - 50 * i);
        account.orders.push_back(
            {at, at, static_cast<std::uint64_t>(a * 10 + i + 1), NAN, 0, {}, OrderStatus::won});
      }
    }
    check_not_publishable(train_plain(source, now), "too few accounts");
  }
}

TEST_CASE("training: accounts that are all alike give no model worth publishing") {
  test::TimelinesInMemory source;
  const Instant now = TimeZone::utc().start_of(Day::of_civil(2026, 11, 1));
  for (int a = 0; a < 300; ++a) {
    Timeline& account = source.add_account("A" + std::to_string(1'000 + a));
    for (int i = 0; i < 12; ++i) {
      const Instant at = now - days(360 - 30 * i);
      // The last order of each month decides by the account's number alone.
      const double amount = i % 3 == 2 && (a * 7 + i) % 5 < 2 ? 150 : 100;
      account.orders.push_back(
          {at, at, static_cast<std::uint64_t>(a * 100 + i + 1), amount, 0, {}, OrderStatus::won});
    }
  }
  const Training training = train_plain(source, now);
  CHECK_FALSE(training.reason.empty());
}

TEST_CASE("training: an attribute that was filled in after the event blocks publishing") {
  UpsellWorld world({.accounts = 600, .periods = 10});
  world.source.words.attributes = {{"upgraded", AttributeKind::number, {}, true}};
  world.source.words.recorded_since = {Instant::missing()};
  const Day test_day = world.end - 30;
  const Instant from = TimeZone::utc().start_of(test_day);
  for (Timeline& timeline : world.source.accounts) {
    double upgraded = 0;
    for (const OrderEvent& order : timeline.orders) {
      if (order.kind == OrderKind::upsell && order.at >= from) upgraded = 1;
    }
    timeline.changes.push_back({Instant::missing(), 0, {upgraded, ""}});
  }
  const Training training = train_world(world);
  check_not_publishable(training, "upgraded alone tells the outcome");
  CHECK(nlohmann::json::parse(training.report)["leaks"].size() == 1);
}

TEST_CASE("training: keeps no text that names an account") {
  UpsellWorld world({.accounts = 600, .periods = 10});
  world.source.words.attributes = {{"customer_no", AttributeKind::text, {}, true},
                                   {"region", AttributeKind::text, {}, true}};
  world.source.words.recorded_since = {Instant::missing(), Instant::missing()};
  for (std::size_t a = 0; a < world.source.accounts.size(); ++a) {
    // Three accounts share a rare region, all others one of two.
    const std::string region = a < 3 ? "Atoll" : a % 2 == 0 ? "North" : "South";
    world.source.accounts[a].changes = {
        {Instant::missing(), 0, {0, "C-" + std::to_string(70'000 + a)}},
        {Instant::missing(), 1, {0, region}}};
  }
  const Training training = train_world(world);
  REQUIRE(training.publishable);
  std::string all = training.report + training.card_markdown;
  for (const auto& [name, bytes] : training.files) all += bytes;
  CHECK(all.find("C-70") == std::string::npos);
  CHECK(all.find("Atoll") == std::string::npos);
  CHECK(all.find("North") != std::string::npos);
  CHECK(training.card_markdown.find("customer_no is not learnt from: nearly every") !=
        std::string::npos);
}

TEST_CASE("predictions: are written with the digits that read back, quoted where needed") {
  const std::vector<Prediction> predictions = {{Day::of_civil(2026, 1, 2), "A,1", 0.1},
                                               {Day::of_civil(2026, 1, 2), "B", 1.0 / 3}};
  CHECK(predictions_csv(predictions) ==
        "snapshot,account,probability\n2026-01-02,\"A,1\",0.1\n"
        "2026-01-02,B,0.3333333333333333\n");
}
