// SPDX-License-Identifier: Apache-2.0
#include "scoring/report_curves.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "scoring/intervals.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTenths = 10;
constexpr std::size_t kPoints = 40;

// Rows from the highest on. Rows of one value stand together.
class Ranking {
 public:
  Ranking(Outcomes positive, std::span<const double> rank)
      : positive_(positive), order_(positive.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [&](auto a, auto b) { return rank[a] > rank[b]; });
    for (std::size_t i = 1; i <= order_.size(); ++i) {
      if (i == order_.size() || rank[order_[i]] != rank[order_[i - 1]]) ends_.push_back(i);
    }
  }

  // How many came true among the first of each of `counts`, ascending, where every row stands for
  // as many as its weight. Rows of one value share what they hold.
  void add_sums(std::span<const std::uint32_t> weight, std::span<const double> counts,
                std::span<double> sums) const {
    double rows_before = 0, came_before = 0;
    std::size_t next = 0, begin = 0;
    for (const std::size_t end : ends_) {
      double rows = 0, came = 0;
      for (std::size_t i = begin; i < end; ++i) {
        rows += weight[order_[i]];
        came += weight[order_[i]] * positive_[order_[i]];
      }
      for (; next < counts.size() && counts[next] <= rows_before + rows; ++next) {
        const double share = rows == 0 ? 0 : (counts[next] - rows_before) / rows;
        sums[next] = came_before + came * share;
      }
      rows_before += rows;
      came_before += came;
      begin = end;
    }
  }

 private:
  Outcomes positive_;
  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> ends_;
};

// The first of `parts` equal parts of the rows, the first two, and so on, in whole rows.
std::vector<double> growing_counts(std::size_t rows, std::size_t parts) {
  std::vector<double> counts;
  for (std::size_t part = 1; part <= parts; ++part) {
    counts.push_back(static_cast<double>(rows * part / parts));
  }
  return counts;
}

}  // namespace

Json deciles_json(Outcomes positive, std::span<const double> rank) {
  Json table = Json::array();
  if (positive.size() < kTenths) return table;
  const std::vector<std::uint32_t> once(positive.size(), 1);
  const std::vector<double> counts = growing_counts(positive.size(), kTenths);
  std::vector<double> sums(kTenths);
  Ranking(positive, rank).add_sums(once, counts, sums);
  if (sums.back() == 0) return table;
  const double rate = sums.back() / counts.back();
  double rows_before = 0, came_before = 0;
  for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
    const double rows = counts[tenth] - rows_before, came = sums[tenth] - came_before;
    table.push_back(came / rows / rate);
    rows_before = counts[tenth];
    came_before = sums[tenth];
  }
  return table;
}

Json precision_recall_json(Outcomes positive, std::span<const double> rank, unsigned threads) {
  Json table = Json::array();
  const std::size_t points = std::min(kPoints, positive.size());
  const std::vector<double> counts = growing_counts(positive.size(), points);
  const Ranking ranking(positive, rank);
  const auto came_in = [&](std::span<const std::uint32_t> weight, std::span<double> out) {
    ranking.add_sums(weight, counts, out);
  };
  const std::vector<std::uint32_t> once(positive.size(), 1);
  std::vector<double> sums(points);
  came_in(once, sums);
  if (points == 0 || sums.back() == 0) return table;
  const auto drawn = AccountDraws(positive.size()).intervals(sums, came_in, threads);
  for (std::size_t point = 0; point < points; ++point) {
    table.push_back({{"contacted", positive.size() * (point + 1) / points},
                     {"precision", sums[point] / counts[point]},
                     {"low", drawn[point].low / counts[point]},
                     {"high", drawn[point].high / counts[point]},
                     {"recall", sums[point] / sums.back()}});
  }
  return table;
}

}  // namespace upselld::scoring
