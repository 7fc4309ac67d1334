// SPDX-License-Identifier: Apache-2.0
#include "scoring/candidates.h"

#include <optional>

#include "scoring/parallel.h"
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

void ask_lines(const Fits& fits, const DateRows& date, std::size_t width, Candidates& out) {
  std::vector<float> inputs(fits.encoder.line.size());
  for (std::size_t i = 0; i < date.size(); ++i) {
    fits.encoder.encode_line(row_of(date, width, i), inputs);
    for (std::size_t s = 0; s < fits.lines.size(); ++s)
      out.line[s].push_back(fits.lines[s].of(inputs));
  }
}

Result<void> ask_trees(const Fits& fits, const DateRows& date, std::size_t width,
                       const LearnerSettings& settings, Candidates& out) {
  if (fits.trees.empty()) {
    out.trees.fill(out.line[kBuiltInStrength]);
    return {};
  }
  // The last fit has the trees of all others.
  const auto forest = Forest::read(fits.trees.back());
  if (!forest) return forest.error();
  std::array<std::size_t, kRoundFactors.size()> counts{};
  for (std::size_t r = 0; r < counts.size(); ++r) {
    const Choice choice{.rounds = r, .reason = {}};
    counts[r] = static_cast<std::size_t>(choice.settings(settings).rounds);
  }
  std::vector<float> inputs(fits.encoder.trees.size());
  for (std::size_t i = 0; i < date.size(); ++i) {
    fits.encoder.encode_trees(row_of(date, width, i), inputs);
    for (std::size_t r = 0; r < counts.size(); ++r) {
      out.trees[r].push_back(forest->margin_of_first(counts[r], inputs));
    }
  }
  return {};
}

}  // namespace

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
  const auto fits = fit_all(lesson, columns, out.most, settings.learner,
                            settings.zone.start_of(days[learnt.first]));
  if (!fits) return fits.error();
  ask_lines(*fits, rows.dates[date], lesson.rows.width, out);
  if (out.most == LearnerKind::line) return out;
  const auto asked = ask_trees(*fits, rows.dates[date], lesson.rows.width, settings.learner, out);
  if (!asked) return asked.error();
  return out;
}

// The published model is fitted beside the past dates, before it is known what they will choose:
// one thread would wait for it else. It has the most rows and takes longest, then the newest date:
// in that order two threads end at about the same time.
Result<TrainingFits> fit_training(const TrainingRows& rows,
                                  const std::vector<FeatureColumn>& columns,
                                  const std::set<std::size_t>& dates, const Lesson& published,
                                  const ScoringSettings& settings, unsigned threads) {
  const LearnerKind most = built_in_choice(published);
  const std::vector<std::size_t> newest_first(dates.rbegin(), dates.rend());
  std::vector<Result<Candidates>> tried(dates.size(), Candidates{});
  Result<Fits> fits = Fits{};
  for_each_index(1 + tried.size(), threads, [&](std::size_t job) {
    if (job > 0) {
      tried[job - 1] = try_candidates(rows, newest_first[job - 1], columns, settings);
    } else if (most != LearnerKind::none) {
      fits = fit_all(published, columns, most, settings.learner);
    }
  });
  TrainingFits found;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!tried[i]) return tried[i].error();
    found.tried.emplace(newest_first[i], std::move(*tried[i]));
  }
  if (!fits) return fits.error();
  if (most != LearnerKind::none) found.published = std::move(*fits);
  return found;
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
