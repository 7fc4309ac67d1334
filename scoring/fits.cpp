// SPDX-License-Identifier: Apache-2.0
#include "scoring/fits.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/assertions.h"
#include "scoring/trees.h"

namespace upselld::scoring {
namespace {

int rounds_of(const LearnerSettings& settings, double factor) {
  return std::max(1, static_cast<int>(std::lround(settings.rounds * factor)));
}

std::vector<Line> fit_lines_on(const Lesson& lesson, const Encoder& encoder,
                               const LearnerSettings& settings) {
  const auto n = static_cast<double>(lesson.positive.size());
  const double share = static_cast<double>(settings.line_rows_max) / n;
  auto keep = [&](std::size_t i) {
    return share >= 1 || static_cast<double>(lesson.account_hash[i] >> 11) * 0x1.0p-53 < share;
  };
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < lesson.positive.size(); ++i) {
    if (keep(i)) kept.push_back(i);
  }
  Matrix inputs;
  inputs.width = encoder.line.size();
  inputs.values.resize(kept.size() * inputs.width);  // at once: growing would take it twice
  std::vector<std::uint8_t> positive;
  for (const std::size_t i : kept) {
    if (settings.stopped()) return {};
    const auto row = std::span(inputs.values).subspan(positive.size() * inputs.width, inputs.width);
    encoder.encode_line(lesson.rows.row(i), row);
    positive.push_back(lesson.positive[i]);
  }
  std::vector<double> strengths;
  for (const double factor : kStrengthFactors) strengths.push_back(settings.line_strength * factor);
  return fit_lines(inputs, positive, strengths, settings.goes_on);
}

Result<std::vector<std::string>> fit_trees_on(const Lesson& lesson, const Encoder& encoder,
                                              const LearnerSettings& settings) {
  const RowReader inputs{
      lesson.positive.size(), encoder.trees.size(),
      [&](std::size_t i, std::span<float> out) { encoder.encode_trees(lesson.rows.row(i), out); }};
  std::vector<int> rounds;
  for (const double factor : kRoundFactors) rounds.push_back(rounds_of(settings, factor));
  return fit_trees(inputs, lesson.positive, encoder.tree_names(), settings, rounds);
}

}  // namespace

LearnerSettings Choice::settings(const LearnerSettings& built_in) const {
  LearnerSettings chosen = built_in;
  chosen.line_strength = built_in.line_strength * kStrengthFactors[strength];
  chosen.rounds = rounds_of(built_in, kRoundFactors[rounds]);
  return chosen;
}

Result<Fits> fit_all(const Lesson& lesson, const std::vector<FeatureColumn>& columns,
                     LearnerKind most, const LearnerSettings& settings, Instant begin) {
  UPSELLD_ASSERT(most != LearnerKind::none);
  Fits fits;
  fits.encoder = make_encoder(lesson.rows, columns, lesson.account_hash, lesson.positive, begin);
  fits.lines = fit_lines_on(lesson, fits.encoder, settings);
  if (settings.stopped()) return Error{ErrorKind::cancelled, "stopped", {}};
  // Without a column that differs between accounts there is nothing to split: the line's
  // intercept says all there is.
  if (most == LearnerKind::line || fits.encoder.trees.empty()) return fits;
  auto trees = fit_trees_on(lesson, fits.encoder, settings);
  if (!trees) return trees.error();
  fits.trees = std::move(*trees);
  return fits;
}

Result<Learner> learner_of(Fits fits, const Choice& choice) {
  UPSELLD_ASSERT(choice.kind != LearnerKind::none);
  Learner learner;
  learner.slope = choice.slope;
  learner.level = choice.level;
  learner.encoder = std::move(fits.encoder);
  const bool splits = choice.kind != LearnerKind::line && !fits.trees.empty();
  if (choice.kind != LearnerKind::trees || !splits) learner.line = fits.lines[choice.strength];
  if (!splits) return learner;
  learner.forest_json = std::move(fits.trees[choice.rounds]);
  auto forest = Forest::read(learner.forest_json);
  if (!forest) return forest.error();
  learner.forest = std::move(*forest);
  return learner;
}

}  // namespace upselld::scoring
