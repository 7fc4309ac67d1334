// SPDX-License-Identifier: Apache-2.0
#include "scoring/report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scoring/measures.h"
#include "scoring/report_curves.h"
#include "scoring/report_effect.h"
#include "scoring/report_tables.h"
#include "scoring/value.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

Json choice_json(const Choice& choice, const ScoringSettings& settings) {
  const LearnerSettings chosen = choice.settings(settings.learner);
  return {{"learner", to_text(choice.kind)}, {"line_strength", chosen.line_strength},
          {"rounds", chosen.rounds},         {"slope", choice.slope},
          {"level", choice.level},           {"correction_windows", choice.correction_windows},
          {"reason", choice.reason}};
}

// What a told probability of 30 % has meant: log-odds moved by the spread.
Json spread_json(const std::optional<LevelSpread>& spread) {
  if (!spread) return nullptr;
  const double thirty = std::log(0.3 / 0.7);
  return {{"dates", spread->dates},
          {"mean", spread->mean},
          {"low", spread->low},
          {"high", spread->high},
          {"thirty_percent_low", sigmoid(thirty + spread->low)},
          {"thirty_percent_high", sigmoid(thirty + spread->high)}};
}

Json rolling_json(const Findings& findings) {
  const Judged& judged = findings.judged;
  Json dates = Json::object();
  for (const JudgedDate& each : judged.rolling) {
    const DateRows& date = findings.rows.dates[each.date];
    Json one = measures_json(date.positive, each.probability);
    one["choice"] = choice_json(each.choice, findings.settings);
    one["learner"] = to_text(each.choice.kind);
    dates[upselld::to_text(date.day)] = std::move(one);
  }
  const bool any = !judged.rolling.empty();
  return {{"log_loss", any ? number_json(judged.rolling_log_loss) : Json(nullptr)},
          {"pr_auc", any ? number_json(judged.rolling_pr_auc) : Json(nullptr)},
          {"dates", dates},
          {"best_baseline", any ? Json(kBaselines[judged.best_baseline].name) : Json(nullptr)},
          {"best_baseline_log_loss",
           any ? number_json(judged.rolling_baseline_log_loss) : Json(nullptr)},
          {"log_loss_minus_baseline", any ? interval_json(judged.gain) : Json(nullptr)}};
}

Json test_json(const Findings& findings) {
  const auto& test = findings.judged.test;
  if (!test) return nullptr;
  const DateRows& date = findings.rows.dates[test->date];
  if (test->probability.empty()) {
    return {{"date", upselld::to_text(date.day)},
            {"eligible", date.size()},
            {"base_rate", number_json(rate_of(date.positive))}};
  }
  Json found = {{"date", upselld::to_text(date.day)}};
  found.update(measures_json(date.positive, test->probability));
  found["strata"] = strata_json(date, *test);
  found["segments"] = segments_json(findings.rows, findings.table, *test);
  found["reliability"] = reliability_json(date.positive, test->probability);
  found["isotonic"] = isotonic_json(date.positive, test->probability);
  found["precision_recall"] =
      precision_recall_json(date.positive, test->probability, findings.threads);
  found["deciles"] = deciles_json(date.positive, test->probability);
  found["precision_at"] = precision_json(date.positive, test->probability);
  found["choice"] = choice_json(test->choice, findings.settings);
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
  for (std::size_t d = judged.learnt.first; d < judged.learnt.last; ++d) {
    snapshots.push_back(upselld::to_text(findings.rows.dates[d].day));
  }
  const auto& test = judged.test;
  const bool judged_test = test && !test->probability.empty();
  Json report = {{"model_version", training.version},
                 {"published", training.publishable},
                 {"reason", training.reason},
                 {"learner", judged.published ? to_text(judged.choice.kind) : "rules"},
                 {"choice", choice_json(judged.choice, findings.settings)},
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
                 {"level_spread", spread_json(judged.spread)},
                 {"baselines", judged_test ? baselines_json(findings.rows, findings.table, *test,
                                                            findings.threads)
                                           : Json::object()},
                 {"no_growth", no_growth_json(findings)},
                 {"features", findings.rows.columns.size()},
                 {"features_left_out", findings.rows.left_out},
                 {"near_unique", findings.rows.near_unique},
                 {"leaks", findings.leaks},
                 {"value", value_json(findings)},
                 {"effect_of_a_contact", effect_json(findings)},
                 {"hold_out", hold_out_json(findings)},
                 {"seconds", Json::object()}};
  return report.dump(1) + "\n";
}

}  // namespace upselld::scoring
