// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scoring/binned_rows.h"
#include "scoring/random.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// A node of a grown tree; node 0 is the root. Left: the value is below `split`, or missing and
// `missing_left`.
struct GrownNode {
  std::int32_t parent = -1, left = -1, right = -1;  // of a leaf: -1
  std::int32_t column = 0;
  float split = 0;
  std::uint8_t first_right = 0;  // bin
  bool missing_left = false;
  float gain = 0;   // by the split
  float leaf = 0;   // log-odds that the tree adds
  float cover = 0;  // summed p (1 - p)
  bool goes_left(std::uint8_t bin) const {
    return (bin < first_right) | ((bin == BinnedRows::kMissing) & missing_left);
  }
};
using GrownTree = std::vector<GrownNode>;

// Grows trees one after the other, each on a draw of rows and columns, by the gradients of the
// logistic loss at what all rounds before said. Sums of gradients are whole numbers, so that no
// order of adding changes a bit.
class TreeGrower {
 public:
  // `share` is what is said of every row before any tree.
  TreeGrower(const BinnedRows& rows, std::span<const std::uint8_t> positive, double share,
             const LearnerSettings& settings);

  // The trees of one round; they see the same gradients.
  std::vector<GrownTree> round();

 private:
  // Gradient above, curvature below, each 32 bits: one addition adds both.
  using Packed = std::int64_t;
  using Histogram = std::vector<Packed>;  // by drawn column and bin
  struct Split {
    double gain = 0;
    std::size_t place = 0;  // in columns_
    std::uint8_t first_right = 0;
    bool missing_left = false;
  };
  struct Part {
    std::int32_t node = 0;
    std::span<std::uint32_t> rows;
    int depth = 0;
  };

  void take_gradients();
  void draw();
  GrownTree grow();
  void grow_below(const Part& part, const Histogram& histogram, GrownTree& tree);
  void fill(std::span<const std::uint32_t> rows, Histogram& histogram) const;
  Split best_split(const Histogram& histogram) const;
  std::size_t part_rows(std::span<std::uint32_t> rows, const GrownNode& node);
  void end_in_leaf(std::span<const std::uint32_t> rows, GrownNode& node) const;
  void add_to_margins(const GrownTree& tree);

  const BinnedRows& rows_;
  std::span<const std::uint8_t> positive_;
  const LearnerSettings settings_;
  Random random_;
  double scale_ = 1;  // of whole numbers
  std::vector<double> margin_, gradient_, curvature_;
  std::vector<Packed> packed_;
  std::vector<std::uint32_t> drawn_, other_side_;
  std::vector<std::uint32_t> columns_, all_columns_;
};

}  // namespace upselld::scoring
