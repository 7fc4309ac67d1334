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
// the same for any number of threads, and splits a margin exactly (the trees have at most depth 3).
class Forest {
 public:
  // Refuses what is damaged, deeper than three splits, or not a binary logistic model.
  static Result<Forest> read(const std::string& json);

  std::size_t tree_count() const { return trees_.size(); }
  double margin(std::span<const float> row) const;
  // As if it had only its first `count` trees.
  double margin_of_first(std::size_t count, std::span<const float> row) const;
  // Adds each column's exact Shapley value (path dependent, as XGBoost's) to `out`; with base()
  // they sum to the margin.
  void add_contributions(std::span<const float> row, std::span<double> out) const;
  double base() const { return base_; }

 private:
  static constexpr std::size_t kSplits = 7;            // the root, its children and theirs
  static constexpr std::size_t kWays = 1U << kSplits;  // how they may fall together

  // What a tree says depends on nothing but which of its splits go left: all of it is worked out
  // when the tree is read.
  struct Tree {
    std::array<std::int32_t, kSplits> column{};  // of the split; of none: 0, whose way is not asked
    std::array<float, kSplits> split{};          // left when value < split
    std::array<bool, kSplits> missing_left{};
    std::array<std::int32_t, kSplits> player{};  // the distinct columns; beyond them 0
    std::array<double, kWays> leaf{};
    std::array<std::array<double, kSplits>, kWays> contribution{};  // by player

    std::size_t goes_left(std::size_t i, float value) const {
      const bool missing = value != value;
      return static_cast<std::size_t>((value < split[i]) | (missing & missing_left[i]));
    }
    std::size_t way_of(std::span<const float> row) const {
      std::size_t way = 0;
      for (std::size_t i = 0; i < kSplits; ++i) {
        way |= goes_left(i, row[static_cast<std::size_t>(column[i])]) << i;
      }
      return way;
    }
  };
  class Reading;

  std::vector<Tree> trees_;
  double start_ = 0;  // margin before any tree
  double base_ = 0;
};

}  // namespace upselld::scoring
