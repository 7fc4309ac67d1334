// SPDX-License-Identifier: Apache-2.0
#include "scoring/choice.h"

#include <fmt/format.h>

#include <cmath>

#include "scoring/measures.h"

namespace upselld::scoring {
namespace {

// A past date as it was known at the moment that is chosen for.
struct PastDate {
  const Candidates* told = nullptr;
  std::vector<std::uint8_t> positive;
};
using Dates = std::vector<PastDate>;

// Log-loss of one date's margins, and what a correction learnt from earlier dates would have done.
struct DateLoss {
  std::size_t date = 0;
  double loss = 0;                       // as told
  std::optional<double> corrected_loss;  // none: no earlier date had ended by then
};

std::vector<double> probabilities(std::span<const double> margins, double slope = 1,
                                  double level = 0) {
  std::vector<double> found;
  for (const double margin : margins) found.push_back(sigmoid(slope * margin + level));
  return found;
}

double mean_loss(const Dates& dates, const Choice& choice) {
  double sum = 0;
  for (const PastDate& each : dates) {
    sum += mean_log_loss(each.positive, probabilities(margins_of(*each.told, choice)));
  }
  return sum / static_cast<double>(dates.size());
}

Interval difference(const TrainingRows& rows, const Dates& dates, const Choice& first,
                    const Choice& second, unsigned threads) {
  std::vector<PairedLoss> paired;
  for (const auto& [told, positive] : dates) {
    const auto a = probabilities(margins_of(*told, first));
    const auto b = probabilities(margins_of(*told, second));
    PairedLoss one{told->date, {}};
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
  double least = mean_loss(dates, built_in);
  for (std::size_t s = 0; s < count; ++s) {
    Choice other = built_in;
    other.*setting = s;
    const double loss = mean_loss(dates, other);
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
Fit correction_from(const Dates& dates, const Choice& choice) {
  std::vector<std::uint8_t> positive;
  std::vector<double> told;
  for (const PastDate& each : dates) {
    positive.insert(positive.end(), each.positive.begin(), each.positive.end());
    const auto p = probabilities(margins_of(*each.told, choice));
    told.insert(told.end(), p.begin(), p.end());
  }
  const Calibration found = calibration_of(positive, told);
  if (std::isnan(found.slope)) return {};
  return {found.slope, found.intercept};
}

// Per date, oldest first: whether correcting would have paid. A correction for a date is learnt
// from what had ended and was known by then.
std::vector<DateLoss> losses_of(const TrainingRows& rows, const Dates& dates, const Choice& choice,
                                const ScoringSettings& settings) {
  std::vector<DateLoss> losses;
  for (const PastDate& each : dates) {
    const Instant begins = settings.zone.start_of(rows.dates[each.told->date].day);
    const auto margins = margins_of(*each.told, choice);
    DateLoss loss{each.told->date, mean_log_loss(each.positive, probabilities(margins)), {}};
    Dates earlier;
    for (const PastDate& other : dates) {
      const DateRows& date = rows.dates[other.told->date];
      if (window_end(date.day, settings) > begins) continue;
      earlier.push_back({other.told, date.positive_before(begins)});
    }
    if (!earlier.empty()) {
      const Fit fit = correction_from(earlier, choice);
      loss.corrected_loss =
          mean_log_loss(each.positive, probabilities(margins, fit.slope, fit.level));
    }
    losses.push_back(loss);
  }
  return losses;
}

// How many of the windows in which a correction helped, or did not, can stand side by side; of all
// of them without that question.
std::size_t windows_apart(const TrainingRows& rows, const std::vector<DateLoss>& losses,
                          const ScoringSettings& settings, std::optional<bool> helped = {}) {
  std::size_t count = 0;
  Instant free_from = Instant::missing();
  for (const DateLoss& each : losses) {
    if (!each.corrected_loss) continue;
    if (helped && (*each.corrected_loss < each.loss) != *helped) continue;
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
  const auto losses = losses_of(rows, dates, choice, settings);
  choice.correction_windows = windows_apart(rows, losses, settings);
  double gain = 0;
  for (const DateLoss& each : losses) {
    if (each.corrected_loss) gain += *each.corrected_loss - each.loss;
  }
  const std::size_t windows = windows_apart(rows, losses, settings, /*helped=*/true);
  const bool harmed = windows_apart(rows, losses, settings, /*helped=*/false) > 0;
  if (windows < kWindowsToCorrect || harmed || gain >= 0) return;
  const Fit fit = correction_from(dates, choice);
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

Choice choose(const TrainingRows& rows, const std::vector<const Candidates*>& told,
              LearnerKind most, const ScoringSettings& settings, Instant as_of, unsigned threads) {
  Choice choice;
  choice.kind = most;
  if (told.size() < kDatesToChoose || most == LearnerKind::none) {
    choice.reason = fmt::format("built-in settings: {} past dates to choose by, {} are needed",
                                told.size(), kDatesToChoose);
    return choice;
  }
  Dates dates;
  for (const Candidates* each : told) {
    dates.push_back({each, rows.dates[each->date].positive_before(as_of)});
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
  for (const PastDate& each : dates) {
    if (!each.told->trees[0].empty()) grown.push_back(each);
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
