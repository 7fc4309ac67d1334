// SPDX-License-Identifier: Apache-2.0
#include "scoring/report_curves.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

using namespace upselld::scoring;

TEST_CASE("report curves: a perfect ranking has all in the first tenth") {
  std::vector<std::uint8_t> positive(100, 0);
  std::vector<double> rank(100);
  for (std::size_t i = 0; i < 100; ++i) {
    rank[i] = static_cast<double>(i);
    positive[i] = i >= 90 ? 1 : 0;
  }
  const auto deciles = deciles_json(positive, rank);
  REQUIRE(deciles.size() == 10);
  CHECK(deciles[0].get<double>() == Approx(10));
  CHECK(deciles[1].get<double>() == Approx(0));
  const auto curve = precision_recall_json(positive, rank);
  CHECK(curve.front()["precision"].get<double>() == Approx(1));
  CHECK(curve.back()["recall"].get<double>() == Approx(1));
  CHECK(curve.back()["precision"].get<double>() == Approx(0.1));
}

TEST_CASE("report curves: equal values share what they hold, whatever the order of rows") {
  const std::vector<double> rank(20, 0.5);
  std::vector<std::uint8_t> first(20, 0), last(20, 0);
  first[0] = first[1] = 1;
  last[18] = last[19] = 1;
  CHECK(deciles_json(first, rank) == deciles_json(last, rank));
  for (const auto& lift : deciles_json(first, rank)) CHECK(lift.get<double>() == Approx(1));
  CHECK(precision_recall_json(first, rank) == precision_recall_json(last, rank));
}

TEST_CASE("report curves: without rows or without an up-sell there is none") {
  CHECK(deciles_json({}, {}).empty());
  CHECK(precision_recall_json({}, {}).empty());
  const std::vector<std::uint8_t> none(30, 0);
  const std::vector<double> rank(30, 0.1);
  CHECK(deciles_json(none, rank).empty());
  CHECK(precision_recall_json(none, rank).empty());
}
