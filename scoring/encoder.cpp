// SPDX-License-Identifier: Apache-2.0
#include "scoring/encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace upselld::scoring {
namespace {

constexpr std::size_t kSortedValuesMax = 16'384;  // quantiles of more rows are taken of every n-th
constexpr std::size_t kLevelRowsMin = 50;
constexpr double kMissingShareMin = 0.001;

// The normal scores of the quantile points. The outermost stand for half a step, not for infinity.
const std::array<double, kQuantilePoints>& point_scores() {
  static const auto scores = [] {
    std::array<double, kQuantilePoints> made{};
    const double steps = kQuantilePoints - 1;
    for (std::size_t k = 0; k < kQuantilePoints; ++k) {
      const double share =
          std::clamp(static_cast<double>(k) / steps, 0.25 / steps, 1 - 0.25 / steps);
      made[k] = normal_quantile(share);
    }
    return made;
  }();
  return scores;
}

std::vector<float> quantiles_of(const RowList& rows, std::size_t column) {
  std::vector<float> values;
  const std::size_t step = 1 + rows.rows() / kSortedValuesMax;
  for (std::size_t i = 0; i < rows.rows(); i += step) {
    const float value = rows.starts[i][column];
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return values;
  std::sort(values.begin(), values.end());
  std::vector<float> points;
  const double last = static_cast<double>(values.size() - 1);
  for (std::size_t k = 0; k < kQuantilePoints; ++k) {
    const double place = last * static_cast<double>(k) / (kQuantilePoints - 1);
    points.push_back(values[static_cast<std::size_t>(std::llround(place))]);
  }
  return points;
}

// How many points come before the first that fails `test`. Its steps do not depend on the points: a
// processor has no jump to guess wrong.
template <typename Test>
std::size_t count_until(std::span<const float> points, const Test& test) {
  std::size_t count = 0, width = points.size();
  while (width > 0) {
    const std::size_t half = (width + 1) / 2;
    count += test(points[count + half - 1]) ? half : 0;
    width -= half;
  }
  return count;
}

struct Moments {
  double mean = 0, spread = 0;
  std::size_t known = 0, missing = 0;
};

Moments moments_of(const RowList& rows, std::size_t column, std::span<const float> quantiles) {
  Moments moments;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const float value = rows.starts[i][column];
    if (std::isnan(value)) {
      ++moments.missing;
      continue;
    }
    const double score = normal_score(value, quantiles);
    ++moments.known;
    sum += score;
    squares += score * score;
  }
  if (moments.known == 0) return moments;
  const auto n = static_cast<double>(moments.known);
  moments.mean = sum / n;
  moments.spread = std::sqrt(std::max(0.0, squares / n - moments.mean * moments.mean));
  return moments;
}

void add_missing_flag(std::uint32_t feature, std::size_t missing, std::size_t rows,
                      Encoder& encoder) {
  const double share = static_cast<double>(missing) / static_cast<double>(rows);
  if (share < kMissingShareMin || share > 1 - kMissingShareMin) return;
  encoder.line.push_back({feature, LineColumn::Kind::missing, 0, share, 1});
}

struct Rate {
  std::size_t positives = 0, rows = 0;
  void add(std::uint8_t positive) {
    positives += positive;
    ++rows;
  }
  double value() const {
    return static_cast<double>(positives) / static_cast<double>(std::max<std::size_t>(rows, 1));
  }
};

// Beside the quarter of the known rows whose rate of up-sells is nearer to that of the missing.
float place_of_missing(const RowList& rows, std::uint32_t feature, std::span<const float> quantiles,
                       std::span<const std::uint8_t> positive) {
  const float low = quantiles[kQuantilePoints / 4], high = quantiles[kQuantilePoints * 3 / 4];
  Rate missing, least, greatest;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    const float value = rows.starts[i][feature];
    if (std::isnan(value)) missing.add(positive[i]);
    if (value <= low) least.add(positive[i]);
    if (value >= high) greatest.add(positive[i]);
  }
  const double to_least = std::abs(missing.value() - least.value());
  const double to_greatest = std::abs(missing.value() - greatest.value());
  return to_greatest < to_least ? TreeColumn::kBeyond : -TreeColumn::kBeyond;
}

void add_number(const RowList& rows, std::uint32_t feature, std::span<const std::uint8_t> positive,
                Encoder& encoder) {
  EncodedFeature& made = encoder.features[feature];
  made.quantiles = quantiles_of(rows, feature);
  if (made.quantiles.empty()) return;
  const Moments moments = moments_of(rows, feature, made.quantiles);
  if (moments.spread > 1e-9) {
    encoder.line.push_back({feature, LineColumn::Kind::score, 0, moments.mean, moments.spread});
  }
  add_missing_flag(feature, moments.missing, rows.rows(), encoder);
  if (moments.spread <= 1e-9 && moments.missing == 0) return;
  encoder.trees.push_back({feature, false, 0});
  if (moments.missing == 0) return;
  encoder.trees.back().missing = place_of_missing(rows, feature, made.quantiles, positive);
}

// The rows of one level, and as many of its accounts as decide whether it may be kept.
struct LevelRows {
  std::size_t rows = 0;
  std::vector<std::uint64_t> accounts;

  void add(std::uint64_t account) {
    ++rows;
    if (accounts.size() == kTextAccountsMin) return;
    if (std::find(accounts.begin(), accounts.end(), account) == accounts.end()) {
      accounts.push_back(account);
    }
  }
};

void add_category(const RowList& rows, std::uint32_t feature, const std::vector<std::string>& texts,
                  std::span<const std::uint64_t> account, Encoder& encoder) {
  std::map<float, LevelRows> found;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const float code = rows.starts[i][feature];
    if (std::isnan(code)) {
      ++missing;
    } else if (code != 0) {  // 0: a text that is not kept. Which those are changes with time
      found[code].add(account.empty() ? i : account[i]);
    }
  }
  std::map<float, std::size_t> counts;
  for (const auto& [code, level] : found) {
    if (level.accounts.size() == kTextAccountsMin) counts[code] = level.rows;
  }
  auto text_of = [&](float code) {
    const auto index = static_cast<std::size_t>(code);
    return index == 0 || index > texts.size() ? std::string() : texts[index - 1];
  };
  std::vector<std::pair<float, std::size_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : text_of(a.first) < text_of(b.first);
  });
  for (const auto& [code, count] : order) {
    const bool full = encoder.features[feature].levels.size() == kCategoryLevelsMax;
    const bool whole = count == rows.rows();
    if (full || count < kLevelRowsMin || whole) continue;
    encoder.features[feature].levels.push_back(code);
    encoder.features[feature].level_texts.push_back(text_of(code));
    const double share = static_cast<double>(count) / static_cast<double>(rows.rows());
    encoder.line.push_back({feature, LineColumn::Kind::level, code, share, 1});
    encoder.trees.push_back({feature, true, code});
  }
  add_missing_flag(feature, missing, rows.rows(), encoder);
}

}  // namespace

double normal_quantile(double share) {
  // The upper tail is erfc; halving finds its inverse to the last bits and is used on few points.
  double low = -10, high = 10;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
  }
  return (low + high) / 2;
}

double normal_score(float value, std::span<const float> quantiles) {
  if (quantiles.empty()) return 0;
  const auto& scores = point_scores();
  const std::size_t index = count_until(quantiles, [&](float point) { return point < value; });
  if (index == quantiles.size()) return scores.back();
  if (quantiles[index] == value) {
    const std::size_t last =
        count_until(quantiles, [&](float point) { return point <= value; }) - 1;
    return (scores[index] + scores[last]) / 2;
  }
  if (index == 0) return scores.front();
  const double from = quantiles[index - 1], to = quantiles[index];
  const double share = (static_cast<double>(value) - from) / (to - from);
  return scores[index - 1] + share * (scores[index] - scores[index - 1]);
}

void Encoder::encode_line(std::span<const float> row, std::span<float> out) const {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const LineColumn& column = line[i];
    const float value = row[column.feature];
    const bool missing = std::isnan(value);
    double input = 0;
    switch (column.kind) {
      case LineColumn::Kind::score:
        if (!missing) {
          const auto& quantiles = features[column.feature].quantiles;
          input = (normal_score(value, quantiles) - column.mean) / column.scale;
        }
        break;
      case LineColumn::Kind::missing:
        input = (missing ? 1 : 0) - column.mean;
        break;
      case LineColumn::Kind::level:
        input = (value == column.level ? 1 : 0) - column.mean;
        break;
    }
    out[i] = static_cast<float>(input);
  }
}

void Encoder::encode_trees(std::span<const float> row, std::span<float> out) const {
  for (std::size_t i = 0; i < trees.size(); ++i) out[i] = trees[i].of(row);
}

std::vector<std::string> Encoder::tree_names() const {
  std::vector<std::string> names;
  for (const TreeColumn& column : trees) {
    std::string name = features[column.feature].name;
    if (column.is_level) {
      name += "=" + std::to_string(static_cast<int>(column.level));
    }
    names.push_back(std::move(name));
  }
  return names;
}

Encoder make_encoder(const RowList& rows, const std::vector<FeatureColumn>& columns,
                     std::span<const std::uint64_t> account, std::span<const std::uint8_t> positive,
                     Instant begin) {
  Encoder encoder;
  for (const FeatureColumn& column : columns) {
    encoder.features.push_back({column.name, column.category, {}, {}, {}});
  }
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    if (columns[i].recorded_since >= begin) continue;
    if (columns[i].category) {
      add_category(rows, i, columns[i].texts, account, encoder);
    } else {
      add_number(rows, i, positive, encoder);
    }
  }
  return encoder;
}

}  // namespace upselld::scoring
