// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "scoring/line.h"

namespace upselld::scoring {

inline constexpr std::size_t kQuantilePoints = 129;
inline constexpr std::size_t kCategoryLevelsMax = 12;

// How one feature goes into the learners, learnt from training rows.
struct EncodedFeature {
  std::string name;
  bool category = false;
  // Number: its quantiles (ascending, kQuantilePoints or none when it was always missing).
  std::vector<float> quantiles;
  // Category: the codes that have a column of their own, and their texts.
  std::vector<float> levels;
  std::vector<std::string> level_texts;
};

// One input of the line: a number's normal score, a flag "missing", or a category's level.
struct LineColumn {
  enum class Kind : std::uint8_t { score, missing, level };
  std::uint32_t feature = 0;  // index into Encoder::features
  Kind kind = Kind::score;
  float level = 0;
  double mean = 0, scale = 1;  // (value - mean) / scale; a missing score becomes 0
};
// One input of the trees: a number as it is, or a category's level as 0 or 1. A missing number goes
// beyond the least or the greatest, whichever rows had up-sells more nearly as often as its own:
// where no input is missing the library keeps a byte for each, else four.
struct TreeColumn {
  static constexpr float kBeyond = 1e30F;  // its double is no infinity
  std::uint32_t feature = 0;
  bool is_level = false;
  float level = 0;
  float missing = std::numeric_limits<float>::quiet_NaN();  // what a missing number becomes

  float of(std::span<const float> row) const {
    const float value = row[feature];
    if (is_level) return value == level ? 1.0F : 0.0F;
    return std::isnan(value) ? missing : value;
  }
};

// Turns feature rows (one value for each of `features`) into inputs of the learners.
struct Encoder {
  std::vector<EncodedFeature> features;
  std::vector<LineColumn> line;
  std::vector<TreeColumn> trees;

  void encode_line(std::span<const float> row, std::span<float> out) const;
  void encode_trees(std::span<const float> row, std::span<float> out) const;
  std::vector<std::string> tree_names() const;
};

// The normal score of a value among quantiles; the middle of the range that equal quantiles span.
double normal_score(float value, std::span<const float> quantiles);
// The value below which a standard normal falls with probability `share`.
double normal_quantile(double share);

struct FeatureColumn {
  std::string name;
  bool category = false;
  std::vector<std::string> texts;               // of a category, in code order
  Instant recorded_since = Instant::missing();  // missing: always
};
// Rows that stand somewhere else and outlive this.
struct RowList {
  std::vector<const float*> starts;
  std::size_t width = 0;
  RowList() = default;
  RowList(const Matrix& matrix) : width(matrix.width) {
    for (std::size_t i = 0; i < matrix.rows(); ++i) starts.push_back(matrix.row(i).data());
  }
  std::size_t rows() const { return starts.size(); }
  std::span<const float> row(std::size_t i) const { return {starts[i], width}; }
};
// A text that fewer accounts have gets no input of its own and is kept in no model: it could name
// one of them, and a model outlives its accounts.
inline constexpr std::size_t kTextAccountsMin = 5;

// `rows` holds one value per column. Constant columns get no input. `account` tells the accounts of
// rows apart; empty: each row is another one's. `positive` tells where missing numbers go; empty:
// with the least. Columns that were not recorded before `begin`, where the rows begin, get no
// input.
Encoder make_encoder(const RowList& rows, const std::vector<FeatureColumn>& columns,
                     std::span<const std::uint64_t> account = {},
                     std::span<const std::uint8_t> positive = {},
                     Instant begin = Instant{INT64_MAX});

}  // namespace upselld::scoring
