// SPDX-License-Identifier: Apache-2.0
#include "scoring/forest.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace upselld::scoring {
namespace {

Error damaged(const std::string& why) {
  return {ErrorKind::corrupt, "read trees: " + why, std::nullopt};
}

std::size_t child(std::size_t node, bool left) {
  return 2 * node + (left ? 1 : 2);
}

}  // namespace

Result<Forest> Forest::read(const std::string& json) {
  const auto document = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return damaged("not JSON");
  Forest forest;
  try {
    const auto& learner = document.at("learner");
    if (learner.at("objective").at("name") != "binary:logistic") {
      return damaged("not a binary logistic model");
    }
    const auto& start = learner.at("learner_model_param").at("base_score");
    const double share = std::stod(start.get<std::string>());
    forest.start_ = std::log(share / (1 - share));
    forest.base_ = forest.start_;
    for (const auto& from : learner.at("gradient_booster").at("model").at("trees")) {
      const auto left = from.at("left_children").get<std::vector<int>>();
      const auto right = from.at("right_children").get<std::vector<int>>();
      const auto column = from.at("split_indices").get<std::vector<std::int32_t>>();
      const auto split = from.at("split_conditions").get<std::vector<float>>();
      const auto cover = from.at("sum_hessian").get<std::vector<double>>();
      const auto& missing_left = from.at("default_left");
      Tree tree{};
      std::array<int, 7> number{0, -1, -1, -1, -1, -1, -1};
      for (std::size_t place = 0; place < tree.size(); ++place) {
        if (number[place] < 0) continue;
        const auto n = static_cast<std::size_t>(number[place]);
        Node& node = tree[place];
        node.cover = cover.at(n);
        if (left.at(n) < 0) {
          node.leaf = split.at(n);
          continue;
        }
        if (child(place, true) >= tree.size()) return damaged("deeper than two splits");
        node.column = column.at(n);
        node.split = split.at(n);
        node.missing_left = missing_left.at(n).get<int>() != 0;
        number[child(place, true)] = left.at(n);
        number[child(place, false)] = right.at(n);
      }
      forest.base_ += forest.expected(tree, {}, 0, {}, 0);
      forest.trees_.push_back(tree);
    }
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
  return forest;
}

double Forest::margin(std::span<const float> row) const {
  double sum = start_;
  for (const Tree& tree : trees_) {
    std::size_t node = 0;
    while (tree[node].column >= 0) {
      const Node& at = tree[node];
      const float value = row[static_cast<std::size_t>(at.column)];
      node = child(node, std::isnan(value) ? at.missing_left : value < at.split);
    }
    sum += tree[node].leaf;
  }
  return sum;
}

// The tree's value when only the columns of `known` that are in `mask` are known; else the mean by
// the cover of the branches.
double Forest::expected(const Tree& tree, std::span<const float> row, std::size_t node,
                        std::span<const std::int32_t> known, unsigned mask) const {
  const Node& at = tree[node];
  if (at.column < 0) return at.leaf;
  for (std::size_t k = 0; k < known.size(); ++k) {
    if (known[k] != at.column || (mask >> k & 1U) == 0) continue;
    const float value = row[static_cast<std::size_t>(at.column)];
    const bool left = std::isnan(value) ? at.missing_left : value < at.split;
    return expected(tree, row, child(node, left), known, mask);
  }
  const Node& left = tree[child(node, true)];
  const Node& right = tree[child(node, false)];
  const double total = left.cover + right.cover;
  const double share = total > 0 ? left.cover / total : 0.5;
  return share * expected(tree, row, child(node, true), known, mask) +
         (1 - share) * expected(tree, row, child(node, false), known, mask);
}

void Forest::add_contributions(std::span<const float> row, std::span<double> out) const {
  // Shapley's weights by the number of other players and how many of them came before.
  static constexpr double kWeights[3][3] = {
      {1, 0, 0}, {1.0 / 2, 1.0 / 2, 0}, {1.0 / 3, 1.0 / 6, 1.0 / 3}};
  for (const Tree& tree : trees_) {
    std::int32_t columns[3];
    std::size_t count = 0;
    for (const std::size_t node : {0U, 1U, 2U}) {
      const std::int32_t column = tree[node].column;
      bool seen = column < 0;
      for (std::size_t k = 0; k < count; ++k) seen = seen || columns[k] == column;
      if (!seen) columns[count++] = column;
    }
    if (count == 0) continue;
    const std::span<const std::int32_t> known(columns, count);
    double values[8];
    for (unsigned mask = 0; mask < 1U << count; ++mask) {
      values[mask] = expected(tree, row, 0, known, mask);
    }
    for (std::size_t k = 0; k < count; ++k) {
      double sum = 0;
      for (unsigned mask = 0; mask < 1U << count; ++mask) {
        if ((mask >> k & 1U) != 0) continue;
        const auto before = static_cast<std::size_t>(__builtin_popcount(mask));
        sum += kWeights[count - 1][before] * (values[mask | 1U << k] - values[mask]);
      }
      out[static_cast<std::size_t>(columns[k])] += sum;
    }
  }
}

}  // namespace upselld::scoring
