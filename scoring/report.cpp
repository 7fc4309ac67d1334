// SPDX-License-Identifier: Apache-2.0
#include "scoring/report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scoring/measures.h"
#include "scoring/random.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReliabilityBins = 10;
constexpr double kTopShare = 0.1;
constexpr std::uint64_t kRandomSeed = 7;

struct Stratum {
  const char* name;
  std::uint32_t least, most;
};
constexpr Stratum kStrata[] = {{"1", 1, 1}, {"2-3", 2, 3}, {"4-9", 4, 9}, {"10+", 10, UINT32_MAX}};

// JSON has no NaN: what does not exist is null.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval_json(const Interval& interval) {
  return {{"estimate", number(interval.estimate)},
          {"low", number(interval.low)},
          {"high", number(interval.high)}};
}

double rate_of(Outcomes positive) {
  double sum = 0;
  for (const std::uint8_t one : positive) sum += one;
  return positive.empty() ? NAN : sum / static_cast<double>(positive.size());
}

Json measures_json(Outcomes positive, std::span<const double> probability) {
  const double base = rate_of(positive);
  const Calibration calibration = calibration_of(positive, probability);
  const double precision = precision_in_top(positive, probability, kTopShare);
  std::size_t positives = 0;
  for (const std::uint8_t one : positive) positives += one;
  return {{"eligible", positive.size()},
          {"positives", positives},
          {"base_rate", number(base)},
          {"roc_auc", number(roc_auc(positive, probability))},
          {"pr_auc", number(PrecisionCurve(positive, probability).area())},
          {"log_loss", number(mean_log_loss(positive, probability))},
          {"brier", number(brier(positive, probability))},
          {"slope", number(calibration.slope)},
          {"level", number(calibration.level)},
          {"lift_top_decile", number(precision / base)},
          {"precision_top_decile", number(precision)}};
}

Json strata_json(const DateRows& date, const JudgedDate& judged) {
  Json strata = Json::object();
  for (const Stratum& stratum : kStrata) {
    std::vector<std::uint8_t> positive;
    std::vector<double> probability;
    for (std::size_t i = 0; i < date.size(); ++i) {
      if (date.past_orders[i] < stratum.least || date.past_orders[i] > stratum.most) continue;
      positive.push_back(date.positive[i]);
      probability.push_back(judged.probability[i]);
    }
    strata[stratum.name] = measures_json(positive, probability);
  }
  return strata;
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

Json ranking_json(Outcomes positive, std::span<const double> rank) {
  const double base = rate_of(positive);
  return {{"roc_auc", number(roc_auc(positive, rank))},
          {"pr_auc", number(PrecisionCurve(positive, rank).area())},
          {"log_loss", nullptr},
          {"lift_top_decile", number(precision_in_top(positive, rank, kTopShare) / base)}};
}

Json baselines_json(const DateRows& date, const JudgedDate& judged) {
  Json baselines = Json::object();
  for (std::size_t b = 0; b < kBaselines.size(); ++b) {
    if (judged.baseline[b].empty()) continue;
    baselines[kBaselines[b].name] = ranking_json(date.positive, judged.baseline_rank[b]);
    baselines[kBaselines[b].name]["log_loss"] =
        number(mean_log_loss(date.positive, judged.baseline[b]));
  }
  Random random(kRandomSeed);
  std::vector<double> chance(date.size());
  for (double& value : chance) value = random.share();
  baselines["random"] = ranking_json(date.positive, chance);
  const std::vector<double> rate(date.size(), rate_of(date.positive));
  baselines["random"]["log_loss"] = number(mean_log_loss(date.positive, rate));
  return baselines;
}

Json rolling_json(const Findings& findings) {
  const Judged& judged = findings.judged;
  Json dates = Json::object();
  for (const JudgedDate& each : judged.rolling) {
    const DateRows& date = findings.rows.dates[each.date];
    Json one = measures_json(date.positive, each.probability);
    one["learner"] = to_text(each.kind);
    dates[upselld::to_text(date.day)] = std::move(one);
  }
  const bool any = !judged.rolling.empty();
  return {
      {"log_loss", any ? number(judged.rolling_log_loss) : Json(nullptr)},
      {"pr_auc", any ? number(judged.rolling_pr_auc) : Json(nullptr)},
      {"dates", dates},
      {"best_baseline", any ? Json(kBaselines[judged.best_baseline].name) : Json(nullptr)},
      {"best_baseline_log_loss", any ? number(judged.rolling_baseline_log_loss) : Json(nullptr)},
      {"log_loss_minus_baseline", any ? interval_json(judged.gain) : Json(nullptr)}};
}

Json test_json(const Findings& findings) {
  const auto& test = findings.judged.test;
  if (!test) return nullptr;
  const DateRows& date = findings.rows.dates[test->date];
  if (test->probability.empty()) {
    return {{"date", upselld::to_text(date.day)},
            {"eligible", date.size()},
            {"base_rate", number(rate_of(date.positive))}};
  }
  Json found = {{"date", upselld::to_text(date.day)}};
  found.update(measures_json(date.positive, test->probability));
  found["strata"] = strata_json(date, *test);
  found["reliability"] = reliability_json(date.positive, test->probability);
  found["log_loss_minus_baseline"] = interval_json(findings.judged.test_gain);
  found["pr_auc_minus_order_count"] = interval_json(findings.judged.test_area_gain);
  return found;
}

Json no_growth_json(const Findings& findings) {
  const auto& dates = findings.rows.dates;
  if (dates.empty() || findings.settings.target.kind != TargetKind::larger_order) return nullptr;
  const DateRows& date = dates.back();
  if (date.size() == 0) return nullptr;
  double least = 1, most = 0, sum = 0;
  for (const std::size_t positives : findings.rows.no_growth) {
    const double rate = static_cast<double>(positives) / static_cast<double>(date.size());
    least = std::min(least, rate);
    most = std::max(most, rate);
    sum += rate;
  }
  const double observed = rate_of(date.positive);
  const bool inside = observed >= least && observed <= most;
  Json found = {{"date", upselld::to_text(date.day)},
                {"observed", observed},
                {"mean", sum / kNoGrowthSeeds},
                {"least", least},
                {"most", most},
                {"seeds", kNoGrowthSeeds}};
  if (inside) found["note"] = "this target mostly measures how often accounts order";
  return found;
}

}  // namespace

std::string report_json(const Findings& findings, const Training& training) {
  const Judged& judged = findings.judged;
  Json snapshots = Json::array();
  for (const DateRows& date : findings.rows.dates) {
    snapshots.push_back(upselld::to_text(date.day));
  }
  const auto& test = judged.test;
  const bool judged_test = test && !test->probability.empty();
  Json report = {{"model_version", training.version},
                 {"published", training.publishable},
                 {"reason", training.reason},
                 {"learner", judged.published ? to_text(judged.kind) : "rules"},
                 {"target", to_text(findings.settings.target.kind)},
                 {"horizon", upselld::to_text(findings.settings.target.horizon)},
                 {"snapshots", snapshots},
                 {"rows", judged.row_count},
                 {"positives", judged.positives},
                 {"accounts", judged.accounts},
                 {"positive_accounts", judged.positive_accounts},
                 {"sampled_share", findings.rows.sampled_share},
                 {"rolling", rolling_json(findings)},
                 {"test", test_json(findings)},
                 {"baselines", judged_test ? baselines_json(findings.rows.dates[test->date], *test)
                                           : Json::object()},
                 {"no_growth", no_growth_json(findings)},
                 {"features", findings.rows.columns.size()},
                 {"features_left_out", findings.rows.left_out},
                 {"leaks", findings.leaks},
                 {"seconds", Json::object()}};
  return report.dump(1) + "\n";
}

}  // namespace upselld::scoring
