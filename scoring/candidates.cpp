// SPDX-License-Identifier: Apache-2.0
#include "scoring/candidates.h"

#include <cmath>
#include <optional>

#include "scoring/snapshots.h"

namespace upselld::scoring {
namespace {

constexpr double kDrawnBy = 20;  // rows: a rule that held for so many is halfway to all

std::optional<std::size_t> column_named(const std::vector<FeatureColumn>& columns,
                                        std::string_view name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::span<const float> row_of(const DateRows& date, std::size_t width, std::size_t i) {
  return std::span(date.values).subspan(i * width, width);
}

// The rate of those for whom the same rule held, drawn towards that of all. `lesson` is of the
// dates of `learnt`.
void ask_own_rule(const TrainingRows& rows, SnapshotSpan learnt, const Lesson& lesson,
                  const DateRows& date, std::size_t baseline, Candidates& out) {
  struct Cell {
    double rows = 0, positives = 0;
  };
  std::array<Cell, 256> cells{};
  std::size_t at = 0;
  for (std::size_t d = learnt.first; d < learnt.last; ++d) {
    for (const std::uint8_t rule : rows.dates[d].own_rule) {
      ++cells[rule].rows;
      cells[rule].positives += lesson.positive[at++];
    }
  }
  const double rate =
      static_cast<double>(lesson.positives) / static_cast<double>(lesson.positive.size());
  for (const std::uint8_t rule : date.own_rule) {
    const Cell& cell = cells[rule];
    out.baseline[baseline].push_back((cell.positives + kDrawnBy * rate) / (cell.rows + kDrawnBy));
  }
  out.baseline_rank[baseline] = out.baseline[baseline];
}

void ask_baselines(const TrainingRows& rows, SnapshotSpan learnt, const Lesson& lesson,
                   const DateRows& date, const std::vector<FeatureColumn>& columns,
                   Candidates& out) {
  for (std::size_t b = 0; b < kBaselines.size(); ++b) {
    if (kBaselines[b].feature == nullptr) {
      ask_own_rule(rows, learnt, lesson, date, b, out);
      continue;
    }
    const auto column = column_named(columns, kBaselines[b].feature);
    if (!column) continue;
    const OneFeature one = fit_one_feature(lesson, *column);
    for (std::size_t i = 0; i < date.size(); ++i) {
      const float value = row_of(date, columns.size(), i)[*column];
      out.baseline[b].push_back(one.probability(value));
      out.baseline_rank[b].push_back(kBaselines[b].sign * static_cast<double>(value));
    }
  }
}

void ask_lines(const Lesson& lesson, const Encoder& encoder, const DateRows& date,
               const LearnerSettings& settings, Candidates& out) {
  const Choice last{.strength = kStrengthFactors.size() - 1, .reason = {}};
  const std::vector<double> strengths = last.strengths(settings);
  const std::vector<Line> lines = fit_lines_on(lesson, encoder, strengths, settings);
  std::vector<float> inputs(encoder.line.size());
  for (std::size_t i = 0; i < date.size() && !settings.stopped(); ++i) {
    encoder.encode_line(row_of(date, lesson.rows.width, i), inputs);
    for (std::size_t s = 0; s < lines.size(); ++s) out.line[s].push_back(lines[s].of(inputs));
  }
}

Result<void> ask_trees(const Lesson& lesson, const Encoder& encoder, const DateRows& date,
                       const LearnerSettings& settings, Candidates& out) {
  if (encoder.trees.empty()) {
    out.trees.fill(out.line[kBuiltInStrength]);
    return {};
  }
  LearnerSettings most = settings;
  most.rounds = rounds_of(settings, kRoundFactors.back());
  const auto json = fit_trees_on(lesson, encoder, most);
  if (!json) return json.error();
  const auto forest = Forest::read(*json);
  if (!forest) return forest.error();
  std::array<std::size_t, kRoundFactors.size()> counts{};
  for (std::size_t r = 0; r < counts.size(); ++r) {
    counts[r] = static_cast<std::size_t>(rounds_of(settings, kRoundFactors[r]));
  }
  std::vector<float> inputs(encoder.trees.size());
  for (std::size_t i = 0; i < date.size(); ++i) {
    encoder.encode_trees(row_of(date, lesson.rows.width, i), inputs);
    for (std::size_t r = 0; r < counts.size(); ++r) {
      out.trees[r].push_back(forest->margin_of_first(counts[r], inputs));
    }
  }
  return {};
}

}  // namespace

LearnerSettings Choice::settings(const LearnerSettings& built_in) const {
  LearnerSettings chosen = built_in;
  chosen.line_strength = built_in.line_strength * kStrengthFactors[strength];
  chosen.rounds = rounds_of(built_in, kRoundFactors[rounds]);
  return chosen;
}

std::vector<double> Choice::strengths(const LearnerSettings& built_in) const {
  std::vector<double> way;
  for (std::size_t s = 0; s <= strength; ++s) {
    way.push_back(built_in.line_strength * kStrengthFactors[s]);
  }
  return way;
}

Result<Candidates> try_candidates(const TrainingRows& rows, std::size_t date,
                                  const std::vector<FeatureColumn>& columns,
                                  const ScoringSettings& settings) {
  std::vector<Day> days;
  for (const DateRows& each : rows.dates) days.push_back(each.day);
  const Instant as_of = settings.zone.start_of(days[date]);
  const SnapshotSpan learnt = learnt_by(days, as_of, settings);
  const Lesson lesson = lesson_of(rows, learnt, as_of);
  Candidates out;
  out.date = date;
  out.most = built_in_choice(lesson);
  if (out.most == LearnerKind::none) return out;
  ask_baselines(rows, learnt, lesson, rows.dates[date], columns, out);
  const Encoder encoder = make_encoder(lesson.rows, columns, lesson.account_hash, lesson.positive,
                                       settings.zone.start_of(days[learnt.first]));
  ask_lines(lesson, encoder, rows.dates[date], settings.learner, out);
  if (settings.learner.stopped()) return Error{ErrorKind::cancelled, "stopped", {}};
  if (out.most == LearnerKind::line) return out;
  const auto asked = ask_trees(lesson, encoder, rows.dates[date], settings.learner, out);
  if (!asked) return asked.error();
  return out;
}

std::vector<double> margins_of(const Candidates& candidates, const Choice& choice) {
  const auto& line = candidates.line[choice.strength];
  const auto& trees = candidates.trees[choice.rounds];
  if (choice.kind == LearnerKind::line || trees.empty()) return line;
  if (choice.kind == LearnerKind::trees) return trees;
  std::vector<double> margins(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) margins[i] = (line[i] + trees[i]) / 2;
  return margins;
}

}  // namespace upselld::scoring
