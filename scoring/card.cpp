// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "scoring/measures.h"
#include "scoring/report.h"
#include "scoring/report_effect.h"
#include "scoring/report_tables.h"
#include "scoring/value.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReliabilityBins = 10;

std::string percent(double share) {
  return std::isnan(share) ? "-" : fmt::format("{:.1f} %", share * 100);
}

std::string decimal(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

std::string what_it_says(const Target& target) {
  const int days = target.horizon_days();
  switch (target.kind) {
    case TargetKind::larger_order:
      return fmt::format(
          "The chance that the account places an order of at least {} times its usual one within "
          "{} days. It is a propensity to place a larger order, not acceptance of an offer.",
          target.growth, days);
    case TargetKind::won_opportunity:
      return fmt::format("The chance that an upgrade or cross-sale is won within {} days.", days);
    case TargetKind::labelled:
      return fmt::format("The chance that an offer is accepted within {} days.", days);
    case TargetKind::attribute_increase:
      return fmt::format("The chance that {} rises within {} days.", target.attribute, days);
  }
  return "";
}

std::string interval_text(const Interval& interval) {
  return fmt::format("{:+.4f} ({:+.4f} to {:+.4f})", interval.estimate, interval.low,
                     interval.high);
}

std::string judged_text(const Findings& findings) {
  const Judged& judged = findings.judged;
  std::string text = "## How well\n\n";
  if (judged.rolling.empty()) return text + "Not judged: too little history.\n\n";
  text +=
      "| date | learner | eligible | happened | predicted | ROC-AUC | PR-AUC | log-loss | slope | "
      "level |\n|---|---|---|---|---|---|---|---|---|---|\n";
  auto add = [&](const JudgedDate& each, const char* tail) {
    if (each.probability.empty()) return;
    const DateRows& date = findings.rows.dates[each.date];
    double happened = 0, predicted = 0;
    for (std::size_t i = 0; i < date.size(); ++i) {
      happened += date.positive[i];
      predicted += each.probability[i];
    }
    const auto n = static_cast<double>(date.size());
    text += fmt::format("| {}{} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                        upselld::to_text(date.day), tail, to_text(each.choice.kind), date.size(),
                        percent(happened / n), percent(predicted / n),
                        decimal(roc_auc(date.positive, each.probability)),
                        decimal(PrecisionCurve(date.positive, each.probability).area()),
                        decimal(mean_log_loss(date.positive, each.probability)),
                        decimal(each.slope), decimal(each.level));
  };
  for (const JudgedDate& each : judged.rolling) add(each, "");
  if (judged.test) add(*judged.test, " (test)");
  text += fmt::format(
      "\nRolling log-loss {} against {} of the best simple rule ({}): {}, accounts resampled.\n",
      decimal(judged.rolling_log_loss), decimal(judged.rolling_baseline_log_loss),
      kBaselines[judged.best_baseline].name, interval_text(judged.gain));
  if (judged.test && !judged.test->probability.empty()) {
    text += fmt::format(
        "On the test date log-loss {}, PR-AUC against ranking by number of orders {}.\n",
        interval_text(judged.test_gain), interval_text(judged.test_area_gain));
  }
  return text + "\n";
}

std::string groups_text(const Findings& findings) {
  const auto& test = findings.judged.test;
  if (!test || test->probability.empty()) return "";
  std::string text = "## For whom\n\n| test date | eligible | happened | predicted | ROC-AUC |\n";
  text += "|---|---|---|---|---|\n";
  const auto share = [](const Json& one, const char* key) {
    return one[key].is_number() ? percent(one[key].get<double>()) : std::string("-");
  };
  const auto add = [&](const Json& table, const char* what) {
    for (const auto& [name, one] : table.items()) {
      text += fmt::format("| {}{} | {} | {} | {} | {} |\n", name, what,
                          one["eligible"].get<std::size_t>(), share(one, "base_rate"),
                          share(one, "predicted"),
                          one["roc_auc"].is_number() ? decimal(one["roc_auc"].get<double>()) : "-");
    }
  };
  add(strata_json(findings.rows.dates[test->date], *test), " past orders");
  add(segments_json(findings.rows, findings.table, *test), "");
  return text + "\n";
}

std::string reliability_text(const Findings& findings) {
  const auto& test = findings.judged.test;
  if (!test || test->probability.empty()) return "";
  const DateRows& date = findings.rows.dates[test->date];
  std::string text = "## Can the percentages be believed\n\n| told | happened | 95 % interval |\n";
  text += "|---|---|---|\n";
  for (const auto& bin : reliability(date.positive, test->probability, kReliabilityBins)) {
    text += fmt::format("| {} | {} | {} to {} |\n", percent(bin.predicted), percent(bin.happened),
                        percent(bin.low), percent(bin.high));
  }
  if (const auto& spread = findings.judged.spread) {
    const double thirty = std::log(0.3 / 0.7);
    text += fmt::format(
        "\nFrom date to date the level moved: 30 % is expected to mean {} to {} (95 %, {} "
        "dates).\n",
        percent(sigmoid(thirty + spread->low)), percent(sigmoid(thirty + spread->high)),
        spread->dates);
  }
  return text + "\n";
}

std::string choice_text(const Findings& findings) {
  const Choice& choice = findings.judged.choice;
  if (choice.kind == LearnerKind::none) return "";
  const LearnerSettings chosen = choice.settings(findings.settings.learner);
  std::string text = fmt::format("## What was chosen\n\nStrength of the line {}, rounds {}; {}.",
                                 chosen.line_strength, chosen.rounds, choice.reason);
  const bool corrected = choice.slope != 1 || choice.level != 0;
  if (corrected) {
    text +=
        fmt::format(" Margins are corrected: {:.3f} times, {:+.3f}.", choice.slope, choice.level);
  } else if (choice.correction_windows < kWindowsToCorrect) {
    text += fmt::format(
        " No correction of slope or level was tried: it would have to prove itself in {} label "
        "windows that do not overlap, and past dates hold {}.",
        kWindowsToCorrect, choice.correction_windows);
  } else {
    text += " No correction of slope or level proved itself.";
  }
  return text + "\n\n";
}

std::string limits_text(const Findings& findings) {
  std::string text = "## What to keep in mind\n\n";
  const auto& dates = findings.rows.dates;
  if (!dates.empty() && dates.back().day - 365 < dates.front().day) {
    text +=
        "- Less than a year of snapshots cannot show seasons: in a peak the percentages are "
        "too low.\n";
  }
  if (findings.settings.target.kind == TargetKind::won_opportunity) {
    text +=
        "- Learnt and judged with customers who had such an order open, told of those who have "
        "none: the more of the open ones are won, the more the percentages are too high.\n";
  }
  text += effect_limit(findings.effects.all);
  if (findings.rows.sampled_share < 1) {
    text += fmt::format("- Too many rows: learnt and judged on {} of the accounts, by hash.\n",
                        percent(findings.rows.sampled_share));
  }
  if (!findings.rows.left_out.empty()) {
    text += fmt::format(
        "- {} features were not recorded for the whole training window and are "
        "left out.\n",
        findings.rows.left_out.size());
  }
  for (const std::string& name : findings.rows.near_unique) {
    text += "- " + name + " is not learnt from: nearly every account has a value of its own.\n";
  }
  for (const std::string& leak : findings.leaks) text += "- Leak: " + leak + "\n";
  return text;
}

}  // namespace

std::string card_markdown(const Findings& findings, const Training& training) {
  const Judged& judged = findings.judged;
  std::string text = "# Model " + training.version + "\n\n";
  text += what_it_says(findings.settings.target) + "\n\n";
  text +=
      fmt::format("{}: {}\n\n", training.publishable ? "Worth publishing" : "Not worth publishing",
                  training.reason);
  text += fmt::format(
      "Learner: {}. {} rows of {} accounts ({} with an up-sell) at {} snapshots, {} features.\n\n",
      judged.published ? to_text(judged.choice.kind) : "rules", judged.row_count, judged.accounts,
      judged.positive_accounts, judged.learnt.size(), findings.rows.columns.size());
  return text + choice_text(findings) + judged_text(findings) + groups_text(findings) +
         reliability_text(findings) + effect_text(findings) + value_text(findings) +
         limits_text(findings);
}

}  // namespace upselld::scoring
