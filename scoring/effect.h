// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/timeline.h"
#include "core/trial.h"
#include "scoring/intervals.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// Needed on either side before anything is told: fewer up-sells give intervals that are too narrow.
inline constexpr std::size_t kTrialsMin = 100;
inline constexpr std::size_t kTrialUpsellsMin = 5;

// How a trial ended: its horizon is over.
struct TrialOutcome {
  std::string account;
  std::string action;
  bool held_out = false;
  bool upsold = false;
  double told = std::nan("");  // likelihood when it began; NaN: none
};

// One side of the comparison.
struct TrialArm {
  std::size_t accounts = 0, upsells = 0;
  double told = std::nan("");  // mean likelihood of those that had one
  double rate() const {
    return accounts == 0 ? std::nan("")
                         : static_cast<double>(upsells) / static_cast<double>(accounts);
  }
};

enum class EffectStatus {
  unknown,    // too few outcomes
  not_shown,  // the interval holds 0
  shown,
};
const char* to_text(EffectStatus status);

// What contacts do, on average over the accounts that the rules wanted to be contacted: by the
// draw, not by who was reached. Intervals resample accounts.
struct Effect {
  EffectStatus status = EffectStatus::unknown;
  TrialArm contacted, held_out;
  Interval difference;  // of the rates, contacted minus held out; only unless unknown
  Interval share;       // of the contacted accounts' up-sells; only unless unknown
};
struct Effects {
  Effect all;
  std::map<std::string, Effect> by_action;
  std::size_t unfinished = 0;         // trials whose horizon is not over
  std::size_t too_old = 0;            // without a year of their account's past before them
  std::vector<std::string> accounts;  // that have a trial, ascending

  bool any() const { return !accounts.empty(); }
};

Effects measure_effects(std::span<const TrialOutcome> outcomes, unsigned threads);

// Looks up what came after each trial within the horizon from the start of its day, as known
// before `now`. An account that opted out since counts as not up-sold, and none of its events is
// looked at. One walk; none without finished trials.
Result<Effects> effects_of(const TimelineSource& source, std::span<const Trial> trials,
                           const ScoringSettings& settings, Instant now, unsigned threads);

// The money to reckon with once there are outcomes: a shown effect at its lower bound. An effect
// that was looked for and is not shown, or does harm, leaves none, whatever was stated.
Money money_with(Money stated, const Effect& effect);

}  // namespace upselld::scoring
