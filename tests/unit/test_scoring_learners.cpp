// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>

#include "scoring/encoder.h"
#include "scoring/forest.h"
#include "scoring/intervals.h"
#include "scoring/measures.h"
#include "scoring/random.h"
#include "scoring/trees.h"
#include "tests/support/row_reader.h"

using namespace upselld::scoring;
using upselld::tests::reader_of;

namespace {

struct Sample {
  Matrix rows;
  std::vector<std::uint8_t> positive;
};

Sample made_up(std::size_t count, std::size_t width) {
  Random random(5);
  Sample sample;
  sample.rows.width = width;
  for (std::size_t i = 0; i < count; ++i) {
    double odds = -1;
    for (std::size_t j = 0; j < width; ++j) {
      const auto value = static_cast<float>(random.share() * 4 - 2);
      const bool missing = random.share() < 0.1;
      sample.rows.values.push_back(missing ? NAN : value);
      if (j < 2 && !missing) odds += static_cast<double>(value);
    }
    sample.positive.push_back(random.share() < sigmoid(odds) ? 1 : 0);
  }
  return sample;
}

std::vector<std::string> names_for(std::size_t width) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < width; ++i) names.push_back("f" + std::to_string(i));
  return names;
}

std::vector<std::string> trees_after(const std::vector<int>& rounds, const Sample& sample,
                                     const LearnerSettings& settings = {}) {
  const auto json = fit_trees(reader_of(sample.rows), sample.positive, names_for(sample.rows.width),
                              settings, rounds);
  REQUIRE(json);
  return *json;
}

std::string trees_of(const Sample& sample, const LearnerSettings& settings) {
  return trees_after({10}, sample, settings).front();
}

}  // namespace

TEST_CASE("trees: the same rows give the same bytes, damage is refused") {
  const Sample sample = made_up(500, 4);
  LearnerSettings settings;
  const std::string one = trees_of(sample, settings);
  CHECK(one == trees_of(sample, settings));
  CHECK_FALSE(Forest::read(one.substr(0, one.size() / 2)));
  CHECK_FALSE(Forest::read("{}"));
  settings.depth = 4;
  CHECK_FALSE(Forest::read(trees_of(sample, settings)));
}

TEST_CASE("trees: after some rounds they are as if no other had followed") {
  const Sample sample = made_up(500, 4);
  const std::vector<int> rounds = {1, 7, 30};
  const auto found = trees_after(rounds, sample);
  REQUIRE(found.size() == rounds.size());
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    CHECK(found[r] == trees_after({rounds[r]}, sample).front());
    const auto forest = Forest::read(found[r]);
    REQUIRE(forest);
    CHECK(forest->tree_count() == static_cast<std::size_t>(rounds[r]));
  }
}

TEST_CASE("line: the gradient is zero where it stops, and the intercept is free") {
  Sample sample = made_up(3'000, 3);
  for (float& value : sample.rows.values) value = std::isnan(value) ? 0 : value;
  const double strength = 50;
  const Line line = fit_line(sample.rows, sample.positive, strength);
  std::vector<double> gradient(4, 0.0);
  for (std::size_t i = 0; i < sample.positive.size(); ++i) {
    const double error = sigmoid(line.of(sample.rows.row(i))) - sample.positive[i];
    for (std::size_t j = 0; j < 3; ++j) {
      gradient[j] += error * static_cast<double>(sample.rows.row(i)[j]);
    }
    gradient[3] += error;
  }
  for (std::size_t j = 0; j < 3; ++j) gradient[j] += strength * line.weights[j];
  for (const double one : gradient) CHECK(std::abs(one) < 1e-2);
  CHECK(line.weights[0] > 0.5);
  CHECK(std::abs(line.weights[2]) < 0.1);
}

TEST_CASE("line: one positive in ten thousand does not make it diverge") {
  Matrix rows;
  rows.width = 1;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 10'000; ++i) {
    rows.values.push_back(i == 0 ? 3.0F : 0.0F);
    positive.push_back(i == 0 ? 1 : 0);
  }
  const Line line = fit_line(rows, positive, 1e-3);
  CHECK(std::isfinite(line.intercept));
  CHECK(line.weights[0] > 0);
}

TEST_CASE("encoder: equal values share a score, missing is the mean and a flag") {
  Matrix rows;
  rows.width = 2;
  for (int i = 0; i < 1'000; ++i) {
    rows.values.push_back(i % 2 == 0 ? NAN : static_cast<float>(i % 7));
    rows.values.push_back(4);
  }
  const Encoder encoder = make_encoder(rows, {{"a", false, {}}, {"constant", false, {}}});
  REQUIRE(encoder.line.size() == 2);
  std::vector<float> out(2);
  encoder.encode_line(std::vector<float>{NAN, 4}, out);
  CHECK(out[0] == 0);
  CHECK(out[1] == Approx(0.5));
  CHECK(encoder.trees.size() == 1);
  CHECK(normal_quantile(0.975) == Approx(1.959964).margin(1e-6));
  const std::vector<float> quantiles = {0, 0, 0, 0};
  CHECK(normal_score(-5, encoder.features[0].quantiles) < -2.5);
}

TEST_CASE("encoder: for the trees what is missing goes with those who bought as often") {
  Matrix rows;
  rows.width = 2;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 1'200; ++i) {
    const float value = static_cast<float>(i % 100);
    rows.values.push_back(i % 3 == 0 ? NAN : value);   // missing ones buy like those of the most
    rows.values.push_back(i % 3 == 0 ? NAN : -value);  // and here like those of the least
    positive.push_back(i % 3 == 0 || value >= 75 ? 1 : 0);
  }
  const std::vector<FeatureColumn> columns = {{"a", false, {}}, {"b", false, {}}};
  const Encoder encoder = make_encoder(rows, columns, {}, positive);
  REQUIRE(encoder.trees.size() == 2);
  std::vector<float> out(2);
  encoder.encode_trees(std::vector<float>{NAN, NAN}, out);
  CHECK(out == std::vector<float>{TreeColumn::kBeyond, -TreeColumn::kBeyond});
  encoder.encode_trees(std::vector<float>{3, 4}, out);
  CHECK(out == std::vector<float>{3, 4});
  // Where nothing was missing, what is missing later stays so: the trees know where it goes.
  Matrix whole;
  whole.width = 1;
  for (int i = 0; i < 100; ++i) whole.values.push_back(static_cast<float>(i));
  const Encoder other = make_encoder(whole, {{"a", false, {}}});
  CHECK(std::isnan(other.trees[0].of(std::vector<float>{NAN})));
}

TEST_CASE("encoder: a text of few accounts has no input, however many rows it has") {
  Matrix rows;
  rows.width = 1;
  std::vector<std::uint64_t> account;
  const auto add = [&](float code, std::uint64_t first, std::uint64_t accounts) {
    for (std::uint64_t i = 0; i < 200; ++i) {
      rows.values.push_back(code);
      account.push_back(first + i % accounts);
    }
  };
  add(0, 0, 50);  // texts that are not kept
  add(1, 100, 4);
  add(2, 200, 5);
  add(3, 300, 50);
  const Encoder encoder = make_encoder(rows, {{"region", true, {"Atoll", "Bay", "Cape"}}}, account);
  CHECK(encoder.features[0].level_texts == std::vector<std::string>{"Bay", "Cape"});
  CHECK(encoder.line.size() == 2);
  CHECK(encoder.trees.size() == 2);
}

TEST_CASE("measures: agree with answers known beforehand") {
  const std::vector<std::uint8_t> positive = {1, 0, 1, 0, 0};
  const std::vector<double> value = {0.9, 0.8, 0.7, 0.2, 0.1};
  CHECK(roc_auc(positive, value) == Approx(5.0 / 6));
  CHECK(PrecisionCurve(positive, value).area() == Approx((1 + 2.0 / 3) / 2));
  CHECK(precision_in_top(positive, value, 0.2) == 1);
  CHECK(brier(positive, value) == Approx((0.01 + 0.64 + 0.09 + 0.04 + 0.01) / 5));
  CHECK(mean_log_loss(positive, std::vector<double>(5, 0.5)) == Approx(std::log(2.0)));
  const std::vector<double> same(5, 0.4);
  CHECK(roc_auc(positive, same) == 0.5);
  CHECK(PrecisionCurve(positive, same).area() == Approx(0.4));
  CHECK(precision_in_top(positive, same, 0.2) == Approx(0.4));
  CHECK(std::isnan(roc_auc(std::vector<std::uint8_t>{1, 1}, std::vector<double>{0.1, 0.2})));
  const std::vector<std::uint32_t> twice = {2, 0, 0, 1, 1};
  CHECK(PrecisionCurve(positive, value).area(twice) == 1);
}

TEST_CASE("measures: slope and level find what was done to true probabilities") {
  Random random(11);
  std::vector<std::uint8_t> positive;
  std::vector<double> told;
  for (int i = 0; i < 40'000; ++i) {
    const double margin = random.share() * 4 - 3;
    positive.push_back(random.share() < sigmoid(margin) ? 1 : 0);
    told.push_back(sigmoid(2 * (margin - 0.5)));
  }
  CHECK(calibration_of(positive, told).slope == Approx(0.5).margin(0.02));
  CHECK(calibration_error(reliability(positive, told, 10)) > 0.05);
}

TEST_CASE("intervals: hold the mean of independent accounts about as widely as theory says") {
  Random random(3);
  std::vector<double> value;
  double mean = 0;
  for (int i = 0; i < 2'000; ++i) {
    value.push_back(random.share());
    mean += value.back() / 2'000;
  }
  auto mean_of = [&](std::span<const std::uint32_t> weight) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      sum += weight[i] * value[i];
      count += weight[i];
    }
    return sum / count;
  };
  const Interval one = AccountDraws(value.size()).interval(mean, mean_of, 1);
  const Interval two = AccountDraws(value.size()).interval(mean, mean_of, 2);
  CHECK(one.low == two.low);
  CHECK(one.high == two.high);
  CHECK(one.high - one.low == Approx(2 * 1.96 * std::sqrt(1.0 / 12 / 2'000)).epsilon(0.1));
}
