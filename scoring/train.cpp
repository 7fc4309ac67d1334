// SPDX-License-Identifier: Apache-2.0
#include "scoring/train.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "core/digest.h"
#include "core/number_text.h"
#include "scoring/leaks.h"
#include "scoring/model_files.h"
#include "scoring/report.h"
#include "scoring/score.h"
#include "scoring/train_rows.h"

namespace upselld::scoring {
namespace {

std::string digest_of(const TrainingRows& rows) {
  Sha256 digest;
  for (const std::string& account : rows.accounts) digest.add_part(account);
  auto add_all = [&](const auto& values) {
    digest.add_part(
        {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(*values.data())});
  };
  for (const DateRows& date : rows.dates) {
    digest.add_part(upselld::to_text(date.day));
    add_all(date.account);
    add_all(date.positive);
    add_all(date.values);
  }
  return hex(digest.finish());
}

std::vector<FeatureColumn> columns_of(const TrainingRows& rows, const FeatureTable& table) {
  std::vector<FeatureColumn> columns;
  for (std::size_t c = 0; c < rows.columns.size(); ++c) {
    const FeatureInfo& info = table.infos()[rows.columns[c]];
    const bool is_category = info.kind == FeatureInfo::Kind::category;
    FeatureColumn column{info.name, is_category, {}, rows.recorded_since[c]};
    const auto texts = rows.dictionaries.find(info.name);
    if (column.category && texts != rows.dictionaries.end()) column.texts = texts->second;
    columns.push_back(std::move(column));
  }
  return columns;
}

void predict(const TrainingRows& rows, const JudgedDate& judged,
             std::vector<Prediction>& predictions) {
  const DateRows& date = rows.dates[judged.date];
  for (std::size_t i = 0; i < judged.probability.size(); ++i) {
    predictions.push_back({date.day, rows.accounts[date.account[i]], judged.probability[i]});
  }
}

std::string too_little(const TrainingRows& rows, const Judged& judged,
                       const ScoringSettings& settings) {
  const bool is_rise = settings.target.kind == TargetKind::attribute_increase;
  if (rows.data_begins.is_missing()) {
    return is_rise ? fmt::format(
                         "no order yet, or no change of {} was recorded: accounts are "
                         "ranked by rule",
                         settings.target.attribute)
                   : "there are no orders yet: accounts are ranked by rule";
  }
  if (rows.dates.empty()) {
    return fmt::format(
        "too little history: no snapshot stands {} days after the first {} ({}) "
        "with {} days of outcomes behind it; accounts are ranked by rule",
        kDaysBeforeFirstSnapshot,
        is_rise ? "order and the first recorded change of " + settings.target.attribute : "order",
        upselld::to_text(settings.zone.day_of(rows.data_begins)), settings.target.horizon_days());
  }
  return fmt::format(
      "too few accounts: {} with an up-sell and {} without, {} of each are needed; "
      "accounts are ranked by rule",
      judged.positive_accounts, judged.negative_accounts, kAccountsMin);
}

// Sets `publishable` and says why, with both figures.
void decide(const Judged& judged, const std::vector<std::string>& leaks, Training& training) {
  if (!leaks.empty()) {
    training.reason = "a feature knows the future: " + leaks.front();
    return;
  }
  if (judged.rolling.empty()) {
    training.reason =
        "too little history to judge a model at past dates: accounts are ranked by "
        "rule";
    return;
  }
  training.publishable = judged.gain.high < 0;
  training.reason = fmt::format(
      "rolling log-loss {:.4f} {} {:.4f} of the best simple rule ({}): difference {:+.4f}, "
      "95 % interval {:+.4f} to {:+.4f}",
      judged.rolling_log_loss, training.publishable ? "beats" : "does not clearly beat",
      judged.rolling_baseline_log_loss, kBaselines[judged.best_baseline].name, judged.gain.estimate,
      judged.gain.low, judged.gain.high);
}

}  // namespace

Result<Training> train_rows(const TrainingRows& rows, const FeatureTable& table,
                            const ScoringSettings& settings, Instant now, unsigned threads,
                            const Effects& effects) {
  const auto columns = columns_of(rows, table);
  const auto judged = judge(rows, columns, settings, now, threads);
  if (!judged) return in_context("train", judged.error());
  Training training;
  training.version = kRulesVersion;
  Findings findings{
      rows, table,   *judged, settings, leaks_in(rows, table, judged->learnt, settings),
      now,  threads, effects};
  if (!judged->published) {
    training.reason = too_little(rows, *judged, settings);
  } else {
    ModelFacts facts;
    facts.learner = to_text(judged->choice.kind);
    if (judged->spread) facts.spread = judged->spread;
    const LearnerSettings chosen = judged->choice.settings(settings.learner);
    facts.line_strength = chosen.line_strength;
    facts.rounds = chosen.rounds;
    facts.as_of = settings.zone.day_of(now);
    facts.data_digest = digest_of(rows);
    facts.dictionaries = rows.dictionaries;
    facts.gains = learn_gains(rows, table, settings, judged->learnt, now);
    facts.effect = effects.all;
    for (const std::uint32_t column : rows.columns) facts.features.push_back(table.infos()[column]);
    training.files = write_model(facts, *judged->published, settings, training.version);
    decide(*judged, findings.leaks, training);
  }
  for (const JudgedDate& each : judged->rolling) predict(rows, each, training.predictions);
  if (judged->test) predict(rows, *judged->test, training.predictions);
  training.report = report_json(findings, training);
  training.card_markdown = card_markdown(findings, training);
  return training;
}

Result<Training> train(const TimelineSource& source, const FeatureTable& table,
                       const ScoringSettings& settings, Instant now, unsigned threads,
                       std::span<const Trial> trials, const OwnRuleAnswer& own_rule) {
  const auto rows = gather_rows(source, table, settings, now, threads, own_rule);
  if (!rows) return in_context("train", rows.error());
  const auto effects = effects_of(source, trials, settings, now, threads);
  if (!effects) return in_context("train", effects.error());
  return train_rows(*rows, table, settings, now, threads, *effects);
}

std::string predictions_csv(const std::vector<Prediction>& predictions) {
  std::string text = "snapshot,account,probability\n";
  for (const Prediction& prediction : predictions) {
    text += upselld::to_text(prediction.snapshot);
    text += ',';
    const bool plain = prediction.account.find_first_of(",\"\r\n") == std::string::npos;
    if (plain) {
      text += prediction.account;
    } else {
      text += '"';
      for (const char c : prediction.account) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += ',' + shortest_text(prediction.probability) + '\n';
  }
  return text;
}

}  // namespace upselld::scoring
