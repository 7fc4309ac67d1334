// SPDX-License-Identifier: Apache-2.0
#include "scoring/tree_grower.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/assertions.h"

namespace upselld::scoring {
namespace {

constexpr double kHeldSmall = 1;     // added to the curvature of a leaf
constexpr double kCurvatureMin = 1;  // of each side of a split
constexpr double kGainMin = 1e-6;
constexpr std::size_t kBins = BinnedRows::kBins;

double gradient_in(std::int64_t packed) {
  return static_cast<double>(packed >> 32);
}
double curvature_in(std::int64_t packed) {
  return static_cast<double>(packed & 0xFFFFFFFF);
}

}  // namespace

TreeGrower::TreeGrower(const BinnedRows& rows, std::span<const std::uint8_t> positive, double share,
                       const LearnerSettings& settings)
    : rows_(rows),
      positive_(positive),
      settings_(settings),
      random_(static_cast<std::uint64_t>(settings.seed)),
      margin_(rows.count, std::log(share / (1 - share))),
      gradient_(rows.count),
      curvature_(rows.count),
      packed_(rows.count),
      all_columns_(rows.width) {
  UPSELLD_ASSERT(rows.count < (1U << 30) && rows.count == positive.size());
  std::iota(all_columns_.begin(), all_columns_.end(), 0U);
}

std::vector<GrownTree> TreeGrower::round() {
  take_gradients();
  std::vector<GrownTree> trees;
  for (int k = 0; k < settings_.parallel_trees; ++k) {
    draw();
    trees.push_back(grow());
  }
  for (const GrownTree& tree : trees) add_to_margins(tree);
  return trees;
}

void TreeGrower::take_gradients() {
  double size = 0;
  for (std::size_t i = 0; i < rows_.count; ++i) {
    const double p = 1 / (1 + std::exp(-margin_[i]));
    gradient_[i] = p - (positive_[i] != 0 ? 1 : 0);
    curvature_[i] = p * (1 - p);
    size += std::abs(gradient_[i]);  // at least as much as the curvature
  }
  // As fine as sums of 32 bits allow; rounding adds at most half a unit a row.
  const double room = std::ldexp(1.0, 31) - static_cast<double>(rows_.count);
  scale_ = std::ldexp(1.0, std::min(24, static_cast<int>(std::floor(std::log2(room / size)))));
  for (std::size_t i = 0; i < rows_.count; ++i) {
    packed_[i] = (std::llround(gradient_[i] * scale_) << 32) + std::llround(curvature_[i] * scale_);
  }
}

void TreeGrower::draw() {
  drawn_.clear();
  // Four rows a number; which of them are drawn is written without a jump.
  const auto below = static_cast<std::uint64_t>(std::lround(settings_.row_share * 65'536));
  drawn_.resize(rows_.count + 1);
  std::size_t drawn = 0;
  std::uint64_t number = 0;
  for (std::uint32_t i = 0; i < rows_.count; ++i, number >>= 16) {
    if (i % 4 == 0) number = random_.next();
    drawn_[drawn] = i;
    drawn += (number & 0xFFFF) < below ? 1 : 0;
  }
  drawn_.resize(drawn);
  const auto all = static_cast<double>(all_columns_.size());
  const auto count =
      std::max<std::size_t>(1, static_cast<std::size_t>(all * settings_.column_share));
  for (std::size_t k = 0; k < count; ++k) {
    const auto rest = static_cast<std::uint32_t>(all_columns_.size() - k);
    std::swap(all_columns_[k], all_columns_[k + random_.below(rest)]);
  }
  columns_.assign(all_columns_.begin(), all_columns_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(columns_.begin(), columns_.end());
}

GrownTree TreeGrower::grow() {
  GrownTree tree(1);
  Histogram histogram;
  fill(drawn_, histogram);
  grow_below({0, drawn_, 0}, histogram, tree);
  return tree;
}

void TreeGrower::fill(std::span<const std::uint32_t> rows, Histogram& histogram) const {
  histogram.assign(columns_.size() * kBins, 0);
  for (const std::uint32_t i : rows) {
    const std::uint8_t* bins = rows_.row(i);
    const Packed add = packed_[i];
    Packed* into = histogram.data();
    for (const std::uint32_t column : columns_) {
      into[bins[column]] += add;
      into += kBins;
    }
  }
}

void TreeGrower::grow_below(const Part& part, const Histogram& histogram, GrownTree& tree) {
  const auto at = static_cast<std::size_t>(part.node);
  end_in_leaf(part.rows, tree[at]);
  if (part.depth == settings_.depth) return;
  const Split split = best_split(histogram);
  if (!(split.gain > kGainMin)) return;
  const auto left = static_cast<std::int32_t>(tree.size());
  GrownNode& node = tree[at];
  node.column = static_cast<std::int32_t>(columns_[split.place]);
  node.first_right = split.first_right;
  node.split = rows_.starts[columns_[split.place]][split.first_right - 1U];
  node.missing_left = split.missing_left;
  node.gain = static_cast<float>(split.gain);
  node.left = left;
  node.right = left + 1;
  const std::size_t size = part_rows(part.rows, node);
  const Part sides[2] = {{left, part.rows.first(size), part.depth + 1},
                         {left + 1, part.rows.subspan(size), part.depth + 1}};
  tree.resize(tree.size() + 2);
  tree[static_cast<std::size_t>(left)].parent = part.node;
  tree[static_cast<std::size_t>(left) + 1].parent = part.node;
  Histogram filled, rest;
  const std::size_t fewer = sides[0].rows.size() <= sides[1].rows.size() ? 0 : 1;
  if (part.depth + 1 < settings_.depth) {
    fill(sides[fewer].rows, filled);
    rest = histogram;
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= filled[i];
  }
  grow_below(sides[0], fewer == 0 ? filled : rest, tree);
  grow_below(sides[1], fewer == 1 ? filled : rest, tree);
}

TreeGrower::Split TreeGrower::best_split(const Histogram& histogram) const {
  Packed all = 0;  // of any column: every row is in one of its bins
  for (std::size_t b = 0; b < kBins; ++b) all += histogram[b];
  const double held = kHeldSmall * scale_, least = kCurvatureMin * scale_;
  const auto worth = [held](Packed packed) {
    const double gradient = gradient_in(packed);
    return gradient * gradient / (curvature_in(packed) + held);
  };
  const double before = worth(all);
  Split best;
  for (std::size_t place = 0; place < columns_.size(); ++place) {
    const Packed* bins = histogram.data() + place * kBins;
    const Packed missing = bins[BinnedRows::kMissing];
    const std::size_t starts = rows_.starts[columns_[place]].size();
    Packed below = 0;
    for (std::size_t b = 0; b < starts; ++b) {
      if (bins[b] == 0) continue;
      below += bins[b];
      for (const bool missing_left : {false, true}) {
        if (missing_left && missing == 0) break;
        const Packed left = missing_left ? below + missing : below, right = all - left;
        if (curvature_in(left) < least || curvature_in(right) < least) continue;
        const double gain = worth(left) + worth(right) - before;
        if (gain > best.gain) {
          best = {gain, place, static_cast<std::uint8_t>(b + 1), missing_left};
        }
      }
    }
  }
  best.gain /= scale_;
  return best;
}

// The rows that go left first; both sides keep their order. Returns how many go left.
std::size_t TreeGrower::part_rows(std::span<std::uint32_t> rows, const GrownNode& node) {
  other_side_.resize(rows.size() + 1);
  const auto column = static_cast<std::size_t>(node.column);
  std::size_t count = 0, others = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t i = rows[k];
    const bool left = node.goes_left(rows_.row(i)[column]);
    // Both are written, one counts: nothing to guess.
    rows[count] = i;
    other_side_[others] = i;
    count += left ? 1 : 0;
    others += left ? 0 : 1;
  }
  std::copy_n(other_side_.begin(), others, rows.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

// From the gradients as they are, not as whole numbers: a leaf is said of every account in it.
void TreeGrower::end_in_leaf(std::span<const std::uint32_t> rows, GrownNode& node) const {
  double gradient = 0, curvature = 0;
  for (const std::uint32_t i : rows) {
    gradient += gradient_[i];
    curvature += curvature_[i];
  }
  node.cover = static_cast<float>(curvature);
  node.leaf = static_cast<float>(-gradient / (curvature + kHeldSmall) * settings_.eta /
                                 settings_.parallel_trees);
}

void TreeGrower::add_to_margins(const GrownTree& tree) {
  for (std::size_t i = 0; i < rows_.count; ++i) {
    const std::uint8_t* bins = rows_.row(i);
    const GrownNode* node = tree.data();
    while (node->left >= 0) {
      const bool left = node->goes_left(bins[static_cast<std::size_t>(node->column)]);
      node = &tree[static_cast<std::size_t>(left ? node->left : node->right)];
    }
    margin_[i] += static_cast<double>(node->leaf);
  }
}

}  // namespace upselld::scoring
