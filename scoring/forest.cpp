// SPDX-License-Identifier: Apache-2.0
#include "scoring/forest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace upselld::scoring {
namespace {

// Nodes 0; 1, 2; 3, 4, 5, 6. A leaf has no column.
struct Node {
  std::int32_t column = -1;
  float split = 0;
  bool missing_left = false;
  double leaf = 0;
  double cover = 0;
};
using Nodes = std::array<Node, 7>;

Error damaged(const std::string& why) {
  return {ErrorKind::corrupt, "read trees: " + why, std::nullopt};
}

std::size_t child(std::size_t node, bool left) {
  return 2 * node + (left ? 1 : 2);
}

bool goes_left(std::size_t node, std::size_t way) {
  return (way >> node & 1U) != 0;
}

// The tree's value when only the columns of `known` that are in `mask` are known, and splits on
// them fall as `way` says; else the mean by the cover of the branches.
double expected(const Nodes& tree, std::size_t way, std::size_t node,
                std::span<const std::int32_t> known, unsigned mask) {
  const Node& at = tree[node];
  if (at.column < 0) return at.leaf;
  for (std::size_t k = 0; k < known.size(); ++k) {
    if (known[k] != at.column || (mask >> k & 1U) == 0) continue;
    return expected(tree, way, child(node, goes_left(node, way)), known, mask);
  }
  const Node& left = tree[child(node, true)];
  const Node& right = tree[child(node, false)];
  const double total = left.cover + right.cover;
  const double share = total > 0 ? left.cover / total : 0.5;
  return share * expected(tree, way, child(node, true), known, mask) +
         (1 - share) * expected(tree, way, child(node, false), known, mask);
}

// The Shapley value of each column of `known`.
std::array<double, 3> shares_of(const Nodes& tree, std::size_t way,
                                std::span<const std::int32_t> known) {
  // Shapley's weights by the number of other players and how many of them came before.
  static constexpr double kWeights[3][3] = {
      {1, 0, 0}, {1.0 / 2, 1.0 / 2, 0}, {1.0 / 3, 1.0 / 6, 1.0 / 3}};
  const std::size_t count = known.size();
  double values[8];
  for (unsigned mask = 0; mask < 1U << count; ++mask) {
    values[mask] = expected(tree, way, 0, known, mask);
  }
  std::array<double, 3> shares{};
  for (std::size_t k = 0; k < count; ++k) {
    for (unsigned mask = 0; mask < 1U << count; ++mask) {
      if ((mask >> k & 1U) != 0) continue;
      const auto before = static_cast<std::size_t>(__builtin_popcount(mask));
      shares[k] += kWeights[count - 1][before] * (values[mask | 1U << k] - values[mask]);
    }
  }
  return shares;
}

double leaf_of(const Nodes& tree, std::size_t way) {
  std::size_t node = 0;
  while (tree[node].column >= 0) node = child(node, goes_left(node, way));
  return tree[node].leaf;
}

Result<Nodes> nodes_of(const nlohmann::json& from) {
  const auto left = from.at("left_children").get<std::vector<int>>();
  const auto right = from.at("right_children").get<std::vector<int>>();
  const auto column = from.at("split_indices").get<std::vector<std::int32_t>>();
  const auto split = from.at("split_conditions").get<std::vector<float>>();
  const auto cover = from.at("sum_hessian").get<std::vector<double>>();
  const auto& missing_left = from.at("default_left");
  Nodes tree{};
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
    if (node.column < 0) return damaged("a split of no column");
    node.split = split.at(n);
    node.missing_left = missing_left.at(n).get<int>() != 0;
    number[child(place, true)] = left.at(n);
    number[child(place, false)] = right.at(n);
  }
  return tree;
}

}  // namespace

// Works out what a tree says for each way that its splits may fall.
class Forest::Reading {
 public:
  static Tree told_by(const Nodes& nodes) {
    Tree tree;
    std::array<std::int32_t, kSplits> players{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < kSplits; ++i) {
      const Node& node = nodes[i];
      if (node.column < 0) continue;
      tree.column[i] = node.column;
      tree.split[i] = node.split;
      tree.missing_left[i] = node.missing_left;
      bool seen = false;
      for (std::size_t k = 0; k < count; ++k) seen = seen || players[k] == node.column;
      if (!seen) players[count++] = node.column;
    }
    tree.player = players;
    const std::span<const std::int32_t> known(players.data(), count);
    for (std::size_t way = 0; way < kWays; ++way) {
      if (count > 0) tree.told[way].contribution = shares_of(nodes, way, known);
      tree.told[way].leaf = leaf_of(nodes, way);
    }
    return tree;
  }
};

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
      const auto nodes = nodes_of(from);
      if (!nodes) return nodes.error();
      forest.base_ += expected(*nodes, 0, 0, {}, 0);
      forest.trees_.push_back(Reading::told_by(*nodes));
    }
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
  return forest;
}

double Forest::margin(std::span<const float> row) const {
  return margin_of_first(trees_.size(), row);
}

double Forest::margin_of_first(std::size_t count, std::span<const float> row) const {
  double sum = start_;
  for (const Tree& tree : std::span(trees_).first(std::min(count, trees_.size()))) {
    sum += tree.told[tree.way_of(row)].leaf;
  }
  return sum;
}

void Forest::add_contributions(std::span<const float> row, std::span<double> out) const {
  for (const Tree& tree : trees_) {
    const Tree::Told& told = tree.told[tree.way_of(row)];
    for (std::size_t k = 0; k < kSplits; ++k) {
      out[static_cast<std::size_t>(tree.player[k])] += told.contribution[k];
    }
  }
}

}  // namespace upselld::scoring
