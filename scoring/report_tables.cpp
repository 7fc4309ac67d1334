// SPDX-License-Identifier: Apache-2.0
#include "scoring/report_tables.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "scoring/random.h"
#include "scoring/report_curves.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReliabilityBins = 10;
constexpr double kTopShare = 0.1;
constexpr std::uint64_t kRandomSeed = 7;
constexpr std::size_t kTops[] = {50, 100, 200, 500};

struct Range {
  const char* name;
  double least, below;
};
constexpr Range kStrata[] = {{"1", 1, 2}, {"2-3", 2, 4}, {"4-9", 4, 10}, {"10+", 10, 1e18}};
// The segments of the default playbook.
constexpr Range kSegments[] = {
    {"active", 0, 30}, {"cooling", 30, 60}, {"at_risk", 60, 90}, {"dormant", 90, 1e18}};

Json by_range(const DateRows& date, const JudgedDate& judged, std::span<const Range> ranges,
              const std::vector<double>& value) {
  Json table = Json::object();
  for (const Range& range : ranges) {
    std::vector<std::uint8_t> positive;
    std::vector<double> probability;
    for (std::size_t i = 0; i < date.size(); ++i) {
      if (!(value[i] >= range.least && value[i] < range.below)) continue;
      positive.push_back(date.positive[i]);
      probability.push_back(judged.probability[i]);
    }
    table[range.name] = measures_json(positive, probability);
  }
  return table;
}

Json ranking_json(Outcomes positive, std::span<const double> rank) {
  const double base = rate_of(positive);
  return {{"roc_auc", number_json(roc_auc(positive, rank))},
          {"pr_auc", number_json(PrecisionCurve(positive, rank).area())},
          {"log_loss", nullptr},
          {"lift_top_decile", number_json(precision_in_top(positive, rank, kTopShare) / base)}};
}

// All that the account did in 90 days.
std::vector<double> engagement(const TrainingRows& rows, const FeatureTable& table,
                               const DateRows& date) {
  std::vector<double> sum(date.size(), 0.0);
  bool any = false;
  for (std::size_t c = 0; c < rows.columns.size(); ++c) {
    const FeatureInfo& info = table.infos()[rows.columns[c]];
    const FeatureSpec& spec = table.specs()[rows.columns[c]];
    const bool counts = spec.source == FeatureSpec::Source::activity && spec.index != kAnyKind &&
                        spec.aggregate == Aggregate::count && spec.window_days == 90;
    if (!counts || info.group != "engagement") continue;
    any = true;
    for (std::size_t i = 0; i < date.size(); ++i) {
      const float value = date.values[i * rows.columns.size() + c];
      if (!std::isnan(value)) sum[i] += static_cast<double>(value);
    }
  }
  if (!any) sum.clear();
  return sum;
}

}  // namespace

Json number_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval_json(const Interval& interval) {
  return {{"estimate", number_json(interval.estimate)},
          {"low", number_json(interval.low)},
          {"high", number_json(interval.high)}};
}

double rate_of(Outcomes positive) {
  const double sum = std::accumulate(positive.begin(), positive.end(), 0.0);
  return positive.empty() ? NAN : sum / static_cast<double>(positive.size());
}

Json measures_json(Outcomes positive, std::span<const double> probability) {
  const double base = rate_of(positive);
  const Calibration calibration = calibration_of(positive, probability);
  const double precision = precision_in_top(positive, probability, kTopShare);
  const double told = std::accumulate(probability.begin(), probability.end(), 0.0);
  const auto count = static_cast<double>(positive.size());
  return {{"eligible", positive.size()},
          {"positives", std::count(positive.begin(), positive.end(), 1)},
          {"base_rate", number_json(base)},
          {"predicted", number_json(positive.empty() ? NAN : told / count)},
          {"roc_auc", number_json(roc_auc(positive, probability))},
          {"pr_auc", number_json(PrecisionCurve(positive, probability).area())},
          {"log_loss", number_json(mean_log_loss(positive, probability))},
          {"brier", number_json(brier(positive, probability))},
          {"slope", number_json(calibration.slope)},
          {"level", number_json(calibration.level)},
          {"lift_top_decile", number_json(precision / base)},
          {"precision_top_decile", number_json(precision)}};
}

Json strata_json(const DateRows& date, const JudgedDate& judged) {
  return by_range(date, judged, kStrata, {date.past_orders.begin(), date.past_orders.end()});
}

Json segments_json(const TrainingRows& rows, const FeatureTable& table, const JudgedDate& judged) {
  const DateRows& date = rows.dates[judged.date];
  for (std::size_t c = 0; c < rows.columns.size(); ++c) {
    if (table.infos()[rows.columns[c]].name != "days_since_order") continue;
    std::vector<double> days;
    for (std::size_t i = 0; i < date.size(); ++i) {
      days.push_back(static_cast<double>(date.values[i * rows.columns.size() + c]));
    }
    return by_range(date, judged, kSegments, days);
  }
  return nullptr;
}

Json reliability_json(Outcomes positive, std::span<const double> probability) {
  Json table = Json::array();
  for (const ReliabilityBin& bin : reliability(positive, probability, kReliabilityBins)) {
    table.push_back({{"rows", bin.rows},
                     {"predicted", bin.predicted},
                     {"happened", bin.happened},
                     {"low", bin.low},
                     {"high", bin.high}});
  }
  return table;
}

Json isotonic_json(Outcomes positive, std::span<const double> probability) {
  struct Block {
    double told = 0, happened = 0, rows = 0;
    double rate() const { return happened / rows; }
  };
  std::vector<std::uint32_t> order(positive.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return probability[a] < probability[b]; });
  std::vector<Block> blocks;
  for (const std::uint32_t i : order) {
    blocks.push_back({probability[i], static_cast<double>(positive[i]), 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].rate() >= blocks.back().rate()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().told += last.told;
      blocks.back().happened += last.happened;
      blocks.back().rows += last.rows;
    }
  }
  Json table = Json::array();
  for (const Block& block : blocks) {
    table.push_back(
        {{"rows", block.rows}, {"predicted", block.told / block.rows}, {"isotonic", block.rate()}});
  }
  return table;
}

Json precision_json(Outcomes positive, std::span<const double> probability) {
  Json table = Json::object();
  for (const std::size_t top : kTops) {
    if (top > positive.size()) break;
    const double share = static_cast<double>(top) / static_cast<double>(positive.size());
    table[std::to_string(top)] = number_json(precision_in_top(positive, probability, share));
  }
  return table;
}

Json baselines_json(const TrainingRows& rows, const FeatureTable& table, const JudgedDate& judged,
                    unsigned threads) {
  const DateRows& date = rows.dates[judged.date];
  Json baselines = Json::object();
  const auto add = [&](const char* name, const std::vector<double>& rank) {
    baselines[name] = ranking_json(date.positive, rank);
    baselines[name]["deciles"] = deciles_json(date.positive, rank);
    baselines[name]["model_pr_auc_minus_this"] =
        interval_json(area_difference(rows, judged.date, judged.probability, rank, threads));
  };
  for (std::size_t b = 0; b < kBaselines.size(); ++b) {
    if (judged.baseline[b].empty()) continue;
    add(kBaselines[b].name, judged.baseline_rank[b]);
    baselines[kBaselines[b].name]["log_loss"] =
        number_json(mean_log_loss(date.positive, judged.baseline[b]));
    PairedLoss gap{judged.date, {}};
    for (std::size_t i = 0; i < date.size(); ++i) {
      const bool positive = date.positive[i] != 0;
      gap.gap.push_back(log_loss(positive, judged.probability[i]) -
                        log_loss(positive, judged.baseline[b][i]));
    }
    baselines[kBaselines[b].name]["model_log_loss_minus_this"] =
        interval_json(paired_interval(rows, {gap}, threads));
  }
  if (const auto active = engagement(rows, table, date); !active.empty()) add("engagement", active);
  Random random(kRandomSeed);
  std::vector<double> chance(date.size());
  for (double& value : chance) value = random.share();
  add("random", chance);
  const std::vector<double> rate(date.size(), rate_of(date.positive));
  baselines["random"]["log_loss"] = number_json(mean_log_loss(date.positive, rate));
  return baselines;
}

}  // namespace upselld::scoring
