// SPDX-License-Identifier: Apache-2.0
#include "scoring/learner.h"

#include <algorithm>
#include <cmath>

#include "core/digest.h"
#include "scoring/measures.h"

namespace upselld::scoring {
namespace {

constexpr std::uint64_t kLineSampleKey = 0x6c696e65;  // "line"
constexpr double kBaselineStrength = 1e-3;            // only keeps a separable case finite

float log_of(float value) {
  return std::isnan(value) ? 0 : std::log1p(std::max(0.0F, value));
}

}  // namespace

const char* to_text(LearnerKind kind) {
  switch (kind) {
    case LearnerKind::none:
      return "none";
    case LearnerKind::line:
      return "line";
    case LearnerKind::trees:
      return "trees";
    case LearnerKind::both:
      return "both";
  }
  return "";
}

Lesson lesson_of(const TrainingRows& rows, SnapshotSpan dates, Instant as_of) {
  Lesson lesson;
  lesson.rows.width = rows.columns.size();
  std::vector<std::uint64_t> hash;
  for (const std::string& id : rows.accounts) hash.push_back(keyed_hash(kLineSampleKey, id));
  std::vector<std::uint8_t> seen(rows.accounts.size(), 0);
  for (std::size_t d = dates.first; d < dates.last; ++d) {
    const DateRows& date = rows.dates[d];
    const std::vector<std::uint8_t> outcomes = date.positive_before(as_of);
    for (std::size_t i = 0; i < date.size(); ++i) {
      lesson.rows.starts.push_back(date.values.data() + i * lesson.rows.width);
      const bool positive = outcomes[i] != 0;
      lesson.positive.push_back(positive ? 1 : 0);
      lesson.account_hash.push_back(hash[date.account[i]]);
      if (positive) ++lesson.positives;
      seen[date.account[i]] |= positive ? 2 : 1;
    }
  }
  for (const std::uint8_t what : seen) {
    if (what != 0) ++lesson.accounts;
    if ((what & 2) != 0) ++lesson.positive_accounts;
    if (what == 1) ++lesson.negative_accounts;
  }
  return lesson;
}

LearnerKind built_in_choice(const Lesson& lesson) {
  if (lesson.positive_accounts < kAccountsMin || lesson.negative_accounts < kAccountsMin) {
    return LearnerKind::none;
  }
  return lesson.positive_accounts < kAccountsForTrees ? LearnerKind::line : LearnerKind::both;
}

double Learner::margin(std::span<const float> row) const {
  std::vector<float> inputs(std::max(encoder.line.size(), encoder.trees.size()));
  double sum = 0;
  int parts = 0;
  if (line) {
    const auto out = std::span(inputs).first(encoder.line.size());
    encoder.encode_line(row, out);
    sum += line->of(out);
    ++parts;
  }
  if (forest) {
    const auto out = std::span(inputs).first(encoder.trees.size());
    encoder.encode_trees(row, out);
    sum += forest->margin(out);
    ++parts;
  }
  return slope * sum / parts + level;
}

std::vector<double> Learner::contributions(std::span<const float> row) const {
  std::vector<double> sums(encoder.features.size(), 0.0);
  const double part = slope * (line && forest ? 0.5 : 1);
  if (line) {
    std::vector<float> inputs(encoder.line.size());
    encoder.encode_line(row, inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      sums[encoder.line[i].feature] += part * line->weights[i] * static_cast<double>(inputs[i]);
    }
  }
  if (forest) {
    std::vector<float> inputs(encoder.trees.size());
    encoder.encode_trees(row, inputs);
    std::vector<double> own(inputs.size(), 0.0);
    forest->add_contributions(inputs, own);
    for (std::size_t i = 0; i < own.size(); ++i) sums[encoder.trees[i].feature] += part * own[i];
  }
  return sums;
}

double Learner::base() const {
  double sum = 0;
  int parts = 0;
  if (line) {
    sum += line->intercept;
    ++parts;
  }
  if (forest) {
    sum += forest->base();
    ++parts;
  }
  return slope * sum / parts + level;
}

double OneFeature::probability(float value) const {
  return sigmoid(intercept + weight * static_cast<double>(log_of(value)));
}

OneFeature fit_one_feature(const Lesson& lesson, std::size_t column) {
  Matrix inputs;
  inputs.width = 1;
  for (std::size_t i = 0; i < lesson.positive.size(); ++i) {
    inputs.values.push_back(log_of(lesson.rows.row(i)[column]));
  }
  const Line line = fit_line(inputs, lesson.positive, kBaselineStrength);
  return {line.intercept, line.weights[0]};
}

}  // namespace upselld::scoring
