// SPDX-License-Identifier: Apache-2.0
#include "scoring/choice.h"

#include <fmt/format.h>

#include <cmath>

#include "scoring/measures.h"

namespace upselld::scoring {
namespace {

using Dates = std::vector<const Candidates*>;

std::vector<double> probabilities(std::span<const double> margins, double slope = 1,
                                  double level = 0) {
  std::vector<double> found;
  for (const double margin : margins) found.push_back(sigmoid(slope * margin + level));
  return found;
}

double mean_loss(const TrainingRows& rows, const Dates& dates, const Choice& choice) {
  double sum = 0;
  for (const Candidates* each : dates) {
    const auto told = probabilities(margins_of(*each, choice));
    sum += mean_log_loss(rows.dates[each->date].positive, told);
  }
  return sum / static_cast<double>(dates.size());
}

Interval difference(const TrainingRows& rows, const Dates& dates, const Choice& first,
                    const Choice& second, unsigned threads) {
  std::vector<PairedLoss> paired;
  for (const Candidates* each : dates) {
    const auto& positive = rows.dates[each->date].positive;
    const auto a = probabilities(margins_of(*each, first));
    const auto b = probabilities(margins_of(*each, second));
    PairedLoss one{each->date, {}};
    for (std::size_t i = 0; i < positive.size(); ++i) {
      one.gap.push_back(log_loss(positive[i] != 0, a[i]) - log_loss(positive[i] != 0, b[i]));
    }
    paired.push_back(std::move(one));
  }
  return paired_interval(rows, paired, threads);
}

// The best of four settings of one learner where it is clearly better than the built-in one. The
// least loss alone would choose by chance, and against the published model: it learns from more
// than any past date did, so that what held weights smallest at those is too much for it.
std::size_t best_setting(const TrainingRows& rows, const Dates& dates, const Choice& built_in,
                         std::size_t Choice::*setting, std::size_t count, unsigned threads) {
  Choice best = built_in;
  double least = mean_loss(rows, dates, built_in);
  for (std::size_t s = 0; s < count; ++s) {
    Choice other = built_in;
    other.*setting = s;
    const double loss = mean_loss(rows, dates, other);
    if (loss < least) {
      least = loss;
      best = other;
    }
  }
  if (best.*setting == built_in.*setting) return built_in.*setting;
  return difference(rows, dates, best, built_in, threads).high < 0 ? best.*setting
                                                                   : built_in.*setting;
}

struct Fit {
  double slope = 1, level = 0;
};
// Slope and level of all rows of earlier dates together, each date's account once.
Fit correction_from(const TrainingRows& rows, const Dates& dates, const Choice& choice) {
  std::vector<std::uint8_t> positive;
  std::vector<double> told;
  for (const Candidates* each : dates) {
    const auto& outcomes = rows.dates[each->date].positive;
    positive.insert(positive.end(), outcomes.begin(), outcomes.end());
    const auto p = probabilities(margins_of(*each, choice));
    told.insert(told.end(), p.begin(), p.end());
  }
  const Calibration found = calibration_of(positive, told);
  if (std::isnan(found.slope)) return {};
  return {found.slope, found.intercept};
}

// How many of the windows in which the correction helped can stand side by side.
std::size_t windows_apart(const TrainingRows& rows, const std::vector<DateLevel>& levels,
                          const ScoringSettings& settings, bool helped) {
  std::size_t count = 0;
  Instant free_from = Instant::missing();
  for (const DateLevel& each : levels) {
    if (!each.corrected_loss || (*each.corrected_loss < each.loss) != helped) continue;
    const Day day = rows.dates[each.date].day;
    const Instant begins = settings.zone.start_of(day);
    if (!free_from.is_missing() && begins < free_from) continue;
    ++count;
    free_from = window_end(day, settings);
  }
  return count;
}

void correct(const TrainingRows& rows, const Dates& dates, const ScoringSettings& settings,
             Choice& choice) {
  const auto levels = levels_of(rows, dates, choice, settings);
  double gain = 0;
  for (const DateLevel& each : levels) {
    if (each.corrected_loss) gain += *each.corrected_loss - each.loss;
  }
  const std::size_t windows = windows_apart(rows, levels, settings, /*helped=*/true);
  const bool harmed = windows_apart(rows, levels, settings, /*helped=*/false) > 0;
  if (windows < kWindowsToCorrect || harmed || gain >= 0) return;
  const Fit fit = correction_from(rows, dates, choice);
  choice.slope = fit.slope;
  choice.level = fit.level;
}

}  // namespace

Interval paired_interval(const TrainingRows& rows, const std::vector<PairedLoss>& dates,
                         unsigned threads) {
  // Drawn from the accounts of these dates only: accounts that came later must not move a choice
  // that was made before them.
  constexpr std::uint32_t kAbsent = UINT32_MAX;
  std::vector<std::uint32_t> place(rows.accounts.size(), kAbsent);
  for (const PairedLoss& each : dates) {
    for (const std::uint32_t account : rows.dates[each.date].account) place[account] = 0;
  }
  std::uint32_t count = 0;
  for (std::uint32_t& one : place) {
    if (one != kAbsent) one = count++;
  }
  const auto mean = [&](std::span<const std::uint32_t> weight) {
    double sum = 0;
    for (const PairedLoss& each : dates) {
      const auto& accounts = rows.dates[each.date].account;
      double of_date = 0, drawn = 0;
      for (std::size_t i = 0; i < accounts.size(); ++i) {
        const std::uint32_t by = weight[place[accounts[i]]];
        of_date += by * each.gap[i];
        drawn += by;
      }
      sum += of_date / drawn;
    }
    return sum / static_cast<double>(dates.size());
  };
  const std::vector<std::uint32_t> once(count, 1);
  return AccountDraws(count).interval(mean(once), mean, threads);
}

std::vector<DateLevel> levels_of(const TrainingRows& rows, const Dates& dates, const Choice& choice,
                                 const ScoringSettings& settings) {
  std::vector<DateLevel> levels;
  for (const Candidates* each : dates) {
    const DateRows& date = rows.dates[each->date];
    const auto margins = margins_of(*each, choice);
    const auto told = probabilities(margins);
    const Calibration found = calibration_of(date.positive, told);
    DateLevel level{each->date, found.slope, found.level, mean_log_loss(date.positive, told), {}};
    Dates earlier;
    for (const Candidates* other : dates) {
      const Instant ended = window_end(rows.dates[other->date].day, settings);
      if (ended <= settings.zone.start_of(date.day)) earlier.push_back(other);
    }
    if (!earlier.empty()) {
      const Fit fit = correction_from(rows, earlier, choice);
      level.corrected_loss =
          mean_log_loss(date.positive, probabilities(margins, fit.slope, fit.level));
    }
    levels.push_back(level);
  }
  return levels;
}

Choice choose(const TrainingRows& rows, const Dates& dates, LearnerKind most,
              const ScoringSettings& settings, unsigned threads) {
  Choice choice;
  choice.kind = most;
  if (dates.size() < kDatesToChoose || most == LearnerKind::none) {
    choice.reason = fmt::format("built-in settings: {} past dates to choose by, {} are needed",
                                dates.size(), kDatesToChoose);
    return choice;
  }
  Choice line = choice;
  line.kind = LearnerKind::line;
  line.strength =
      best_setting(rows, dates, line, &Choice::strength, kStrengthFactors.size(), threads);
  if (most == LearnerKind::line) {
    choice = line;
    choice.reason = "line, for there are too few accounts with an up-sell for trees";
    correct(rows, dates, settings, choice);
    return choice;
  }
  // Early dates may have had too few accounts for trees.
  Dates grown;
  for (const Candidates* each : dates) {
    if (!each->trees[0].empty()) grown.push_back(each);
  }
  if (grown.size() < kDatesToChoose) {
    choice.strength = line.strength;
    choice.reason = "built-in learner: too few past dates with trees to choose by";
    return choice;
  }
  Choice trees = line;
  trees.kind = LearnerKind::trees;
  trees.rounds = best_setting(rows, grown, trees, &Choice::rounds, kRoundFactors.size(), threads);
  line.rounds = trees.rounds;
  choice = trees;
  choice.kind = LearnerKind::both;
  choice.reason = "line and trees together, for neither alone is clearly better";
  for (const Choice& other : {line, trees}) {
    const Interval gap = difference(rows, grown, other, choice, threads);
    if (!(gap.high < 0)) continue;
    const std::string beaten = to_text(choice.kind);
    choice = other;
    choice.reason = fmt::format("{} instead of {}: log-loss {:+.4f} ({:+.4f} to {:+.4f})",
                                to_text(other.kind), beaten, gap.estimate, gap.low, gap.high);
  }
  correct(rows, grown, settings, choice);
  return choice;
}

}  // namespace upselld::scoring
