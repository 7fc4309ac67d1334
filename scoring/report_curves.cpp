// SPDX-License-Identifier: Apache-2.0
#include "scoring/report_curves.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTenths = 10;
constexpr std::size_t kPoints = 40;

// How many came true among the first n rows, for every n from 0; all zero without an up-sell.
std::vector<double> running_sum(Outcomes positive, std::span<const double> rank) {
  std::vector<std::uint32_t> order(positive.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return rank[a] > rank[b]; });
  std::vector<double> sum(order.size() + 1, 0.0);
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double came = 0;
    for (end = begin; end < order.size() && rank[order[end]] == rank[order[begin]]; ++end) {
      came += positive[order[end]];
    }
    const double each = came / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) sum[i + 1] = sum[i] + each;
  }
  return sum;
}

}  // namespace

Json deciles_json(Outcomes positive, std::span<const double> rank) {
  const std::vector<double> sum = running_sum(positive, rank);
  const std::size_t count = positive.size();
  Json table = Json::array();
  if (count < kTenths || sum.back() == 0) return table;
  const double rate = sum.back() / static_cast<double>(count);
  for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
    const std::size_t begin = count * tenth / kTenths, end = count * (tenth + 1) / kTenths;
    table.push_back((sum[end] - sum[begin]) / static_cast<double>(end - begin) / rate);
  }
  return table;
}

Json precision_recall_json(Outcomes positive, std::span<const double> rank) {
  const std::vector<double> sum = running_sum(positive, rank);
  Json table = Json::array();
  if (sum.back() == 0) return table;
  const std::size_t points = std::min(kPoints, positive.size());
  for (std::size_t point = 1; point <= points; ++point) {
    const std::size_t end = positive.size() * point / points;
    table.push_back({{"contacted", end},
                     {"precision", sum[end] / static_cast<double>(end)},
                     {"recall", sum[end] / sum.back()}});
  }
  return table;
}

}  // namespace upselld::scoring
