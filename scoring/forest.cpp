// SPDX-License-Identifier: Apache-2.0
#include "scoring/forest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace upselld::scoring {
namespace {

constexpr std::size_t kDepth = 3;
constexpr std::size_t kNodes = (2U << kDepth) - 1;

// Nodes 0; 1, 2; 3, 4, 5, 6 and so on. A leaf has no column.
struct Node {
  std::int32_t column = -1;
  float split = 0;
  bool missing_left = false;
  double leaf = 0;
  double cover = 0;
};
using Nodes = std::array<Node, kNodes>;

Error damaged(const std::string& why) {
  return {ErrorKind::corrupt, "read trees: " + why, std::nullopt};
}

std::size_t child(std::size_t node, bool left) {
  return 2 * node + (left ? 1 : 2);
}

// A column on the way to a leaf.
struct Player {
  std::int32_t column = 0;
  std::size_t asked = 0, left = 0;  // its splits on that way, and those that have to go left
  double share = 1;                 // of the rows that go that way where the column is not known
};
struct Leaf {
  std::array<Player, kDepth> players{};
  std::size_t count = 0;
  double value = 0;

  void pass(std::int32_t column, std::size_t split, bool left, double share) {
    std::size_t k = 0;
    while (k < count && players[k].column != column) ++k;
    if (k == count) players[count++].column = column;
    players[k].asked |= std::size_t{1} << split;
    if (left) players[k].left |= std::size_t{1} << split;
    players[k].share *= share;
  }
  // What it adds to the tree's mean when no column is known.
  double mean() const {
    double product = value;
    for (std::size_t k = 0; k < count; ++k) product *= players[k].share;
    return product;
  }
  // Whose splits all fall towards it, a bit for each of its columns.
  unsigned agreed(std::size_t way) const {
    unsigned found = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if ((way & players[k].asked) == players[k].left) found |= 1U << k;
    }
    return found;
  }
  unsigned all_agreed() const { return (1U << count) - 1; }
};

void gather_leaves(const Nodes& tree, std::size_t at, const Leaf& passed,
                   std::vector<Leaf>& leaves) {
  const Node& node = tree[at];
  if (node.column < 0) {
    leaves.push_back(passed);
    leaves.back().value = node.leaf;
    return;
  }
  const double left = tree[child(at, true)].cover, right = tree[child(at, false)].cover;
  const double share = left + right > 0 ? left / (left + right) : 0.5;
  for (const bool goes_left : {true, false}) {
    Leaf next = passed;
    next.pass(node.column, at, goes_left, goes_left ? share : 1 - share);
    gather_leaves(tree, child(at, goes_left), next, leaves);
  }
}

// The Shapley value of each of the leaf's columns: a tree's are the sums of its leaves'.
std::array<double, kDepth> shares_of(const Leaf& leaf, unsigned agreed) {
  // Shapley's weights by the number of other players and how many of them came before.
  static constexpr double kWeights[kDepth][kDepth] = {
      {1, 0, 0}, {1.0 / 2, 1.0 / 2, 0}, {1.0 / 3, 1.0 / 6, 1.0 / 3}};
  std::array<double, kDepth> shares{};
  for (unsigned known = 0; known <= leaf.all_agreed(); ++known) {
    for (std::size_t k = 0; k < leaf.count; ++k) {
      if ((known >> k & 1U) != 0) continue;
      double product = leaf.value * ((agreed >> k & 1U) - leaf.players[k].share);
      for (std::size_t other = 0; other < leaf.count; ++other) {
        if (other == k) continue;
        product *= (known >> other & 1U) != 0 ? agreed >> other & 1U : leaf.players[other].share;
      }
      const auto before = static_cast<std::size_t>(__builtin_popcount(known));
      shares[k] += kWeights[leaf.count - 1][before] * product;
    }
  }
  return shares;
}

Result<Nodes> nodes_of(const nlohmann::json& from) {
  const auto left = from.at("left_children").get<std::vector<int>>();
  const auto right = from.at("right_children").get<std::vector<int>>();
  const auto column = from.at("split_indices").get<std::vector<std::int32_t>>();
  const auto split = from.at("split_conditions").get<std::vector<float>>();
  const auto cover = from.at("sum_hessian").get<std::vector<double>>();
  const auto& missing_left = from.at("default_left");
  Nodes tree{};
  std::array<int, kNodes> number;
  number.fill(-1);
  number[0] = 0;
  for (std::size_t place = 0; place < tree.size(); ++place) {
    if (number[place] < 0) continue;
    const auto n = static_cast<std::size_t>(number[place]);
    Node& node = tree[place];
    node.cover = cover.at(n);
    if (left.at(n) < 0) {
      node.leaf = split.at(n);
      continue;
    }
    if (child(place, true) >= tree.size()) return damaged("deeper than three splits");
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
  static Tree told_by(const Nodes& nodes, const std::vector<Leaf>& leaves) {
    Tree tree;
    std::size_t count = 0;
    for (std::size_t i = 0; i < kSplits; ++i) {
      const Node& node = nodes[i];
      if (node.column < 0) continue;
      tree.column[i] = node.column;
      tree.split[i] = node.split;
      tree.missing_left[i] = node.missing_left;
      if (place_of(node.column, tree, count) == count) tree.player[count++] = node.column;
    }
    for (const Leaf& leaf : leaves) {
      std::array<std::size_t, kDepth> place{};
      for (std::size_t k = 0; k < leaf.count; ++k) {
        place[k] = place_of(leaf.players[k].column, tree, count);
      }
      std::array<std::array<double, kDepth>, 1U << kDepth> shares{};
      for (unsigned agreed = 0; agreed <= leaf.all_agreed(); ++agreed) {
        shares[agreed] = shares_of(leaf, agreed);
      }
      for (std::size_t way = 0; way < kWays; ++way) {
        const unsigned agreed = leaf.agreed(way);
        if (agreed == leaf.all_agreed()) tree.leaf[way] = leaf.value;
        for (std::size_t k = 0; k < leaf.count; ++k) {
          tree.contribution[way][place[k]] += shares[agreed][k];
        }
      }
    }
    return tree;
  }

 private:
  static std::size_t place_of(std::int32_t column, const Tree& tree, std::size_t count) {
    const auto end = tree.player.begin() + static_cast<std::ptrdiff_t>(count);
    return static_cast<std::size_t>(std::find(tree.player.begin(), end, column) -
                                    tree.player.begin());
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
      std::vector<Leaf> leaves;
      gather_leaves(*nodes, 0, {}, leaves);
      for (const Leaf& leaf : leaves) forest.base_ += leaf.mean();
      forest.trees_.push_back(Reading::told_by(*nodes, leaves));
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
    sum += tree.leaf[tree.way_of(row)];
  }
  return sum;
}

void Forest::add_contributions(std::span<const float> row, std::span<double> out) const {
  for (const Tree& tree : trees_) {
    const auto& shares = tree.contribution[tree.way_of(row)];
    for (std::size_t k = 0; k < kSplits; ++k) {
      out[static_cast<std::size_t>(tree.player[k])] += shares[k];
    }
  }
}

}  // namespace upselld::scoring
