// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace upselld::scoring {

// Shallow trees, read from XGBoost's JSON format. Asked by our own code: it needs no library, is
// the same for any number of threads, and splits a margin exactly (the trees have depth 2).
class Forest {
 public:
  // Refuses what is damaged, deeper than two splits, or not a binary logistic model.
  static Result<Forest> read(const std::string& json);

  std::size_t tree_count() const { return trees_.size(); }
  double margin(std::span<const float> row) const;
  // Adds each column's exact Shapley value (path dependent, as XGBoost's) to `out`; with base()
  // they sum to the margin.
  void add_contributions(std::span<const float> row, std::span<double> out) const;
  double base() const { return base_; }

 private:
  // Nodes 0; 1, 2; 3, 4, 5, 6. A leaf has no column.
  struct Node {
    std::int32_t column = -1;
    float split = 0;  // left when value < split
    bool missing_left = false;
    double leaf = 0;
    double cover = 0;
  };
  using Tree = std::array<Node, 7>;
  double expected(const Tree& tree, std::span<const float> row, std::size_t node,
                  std::span<const std::int32_t> known, unsigned mask) const;

  std::vector<Tree> trees_;
  double start_ = 0;  // margin before any tree
  double base_ = 0;
};

}  // namespace upselld::scoring
