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
  const auto curve = precision_recall_json(positive, rank, 1);
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
  const auto one = precision_recall_json(first, rank, 1),
             other = precision_recall_json(last, rank, 1);
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i]["precision"] == other[i]["precision"]);
    CHECK(one[i]["recall"] == other[i]["recall"]);
  }
}

TEST_CASE("report curves: without rows or without an up-sell there is none") {
  CHECK(deciles_json({}, {}).empty());
  CHECK(precision_recall_json({}, {}, 1).empty());
  const std::vector<std::uint8_t> none(30, 0);
  const std::vector<double> rank(30, 0.1);
  CHECK(deciles_json(none, rank).empty());
  CHECK(precision_recall_json(none, rank, 1).empty());
}

TEST_CASE(
    "report curves: the interval of a share is that of as many tosses, on one thread or two") {
  std::vector<std::uint8_t> positive(400, 0);
  for (std::size_t i = 0; i < 80; ++i) positive[5 * i] = 1;
  const std::vector<double> rank(400, 0.5);
  const auto curve = precision_recall_json(positive, rank, 1);
  CHECK(curve == precision_recall_json(positive, rank, 2));
  // All rows: a share of 0.2 of 400 has a standard error of 0.02.
  CHECK(curve.back()["low"].get<double>() == Approx(0.16).margin(0.01));
  CHECK(curve.back()["high"].get<double>() == Approx(0.24).margin(0.01));
}
