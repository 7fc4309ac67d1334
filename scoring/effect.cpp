// SPDX-License-Identifier: Apache-2.0
#include "scoring/effect.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "scoring/snapshots.h"
#include "scoring/survey.h"

namespace upselld::scoring {
namespace {

// What an account usually bought when its trial began needs so much of its past.
constexpr int kDaysBeforeTrial = 365;

// Accounts and up-sells of both sides, as often as each account was drawn.
struct Counts {
  double contacted = 0, contacted_upsells = 0, held_out = 0, held_out_upsells = 0;

  void add(const TrialOutcome& outcome, double weight) {
    (outcome.held_out ? held_out : contacted) += weight;
    if (outcome.upsold) (outcome.held_out ? held_out_upsells : contacted_upsells) += weight;
  }
  double difference() const {
    return contacted_upsells / contacted - held_out_upsells / held_out;  // NaN: a side is empty
  }
  double share() const { return difference() / (contacted_upsells / contacted); }
};

void add(const TrialOutcome& outcome, TrialArm& arm, std::size_t& told) {
  ++arm.accounts;
  if (outcome.upsold) ++arm.upsells;
  if (std::isnan(outcome.told)) return;
  const auto before = static_cast<double>(told++);
  arm.told = before == 0 ? outcome.told : arm.told + (outcome.told - arm.told) / (before + 1);
}

bool is_enough(const TrialArm& arm) {
  return arm.accounts >= kTrialsMin && arm.upsells >= kTrialUpsellsMin;
}

Effect effect_of(const std::vector<const TrialOutcome*>& outcomes, unsigned threads) {
  Effect effect;
  std::size_t told_contacted = 0, told_held_out = 0;
  Counts all;
  for (const TrialOutcome* one : outcomes) {
    all.add(*one, 1);
    add(*one, one->held_out ? effect.held_out : effect.contacted,
        one->held_out ? told_held_out : told_contacted);
  }
  if (!is_enough(effect.contacted) || !is_enough(effect.held_out)) return effect;
  const AccountDraws draws(outcomes.size());
  const auto interval = [&](double (Counts::*value)() const) {
    return draws.interval((all.*value)(),
                          [&](std::span<const std::uint32_t> weight) {
                            Counts drawn;
                            for (std::size_t i = 0; i < outcomes.size(); ++i)
                              drawn.add(*outcomes[i], weight[i]);
                            const double found = (drawn.*value)();
                            return std::isfinite(found) ? found : std::nan("");
                          },
                          threads);
  };
  effect.difference = interval(&Counts::difference);
  effect.share = interval(&Counts::share);
  const bool holds_zero = !(effect.difference.low > 0) && !(effect.difference.high < 0);
  effect.status = holds_zero ? EffectStatus::not_shown : EffectStatus::shown;
  return effect;
}

bool is_upsold(const Timeline& timeline, const Trial& trial, const Vocabulary& vocabulary,
               const ScoringSettings& settings, OrderBook& book) {
  if (timeline.account.opted_out) return false;
  const Moment moment = moment_at_start_of(trial.day, settings.zone);
  book.open(timeline);
  OrderView view;
  book.view(moment.upper, view);
  return label_of(timeline, book, view, moment, vocabulary, settings).positive;
}

}  // namespace

const char* to_text(EffectStatus status) {
  switch (status) {
    case EffectStatus::unknown:
      return "unknown";
    case EffectStatus::not_shown:
      return "not_shown";
    case EffectStatus::shown:
      return "shown";
  }
  return "";
}

Effects measure_effects(std::span<const TrialOutcome> outcomes, unsigned threads) {
  std::vector<const TrialOutcome*> all;
  std::map<std::string, std::vector<const TrialOutcome*>> by_action;
  for (const TrialOutcome& one : outcomes) {
    all.push_back(&one);
    by_action[one.action].push_back(&one);
  }
  Effects effects;
  effects.all = effect_of(all, threads);
  for (const auto& [action, some] : by_action) {
    effects.by_action[action] = effect_of(some, threads);
  }
  return effects;
}

Result<Effects> effects_of(const TimelineSource& source, std::span<const Trial> trials,
                           const ScoringSettings& settings, Instant now, unsigned threads) {
  std::vector<std::string> accounts;
  std::size_t unfinished = 0, too_old = 0;
  std::unordered_map<std::string_view, const Trial*> finished;
  for (const Trial& trial : trials) {
    if (settings.zone.start_of(trial.day) >= now) continue;  // not known yet
    accounts.push_back(trial.account);
    if (settings.zone.start_of(trial.day - kDaysBeforeTrial) < source.events_from()) {
      ++too_old;
      continue;
    }
    if (window_end(trial.day, settings) <= now) {
      finished.emplace(trial.account, &trial);
    } else {
      ++unfinished;
    }
  }
  std::vector<std::vector<TrialOutcome>> shares(source.share_count());
  std::vector<std::optional<OrderBook>> books(source.share_count());
  const Vocabulary& vocabulary = source.vocabulary();
  const auto take = [&](std::size_t share, const Timeline& timeline) {
    const auto found = finished.find(timeline.account.id);
    if (found == finished.end()) return;
    const Trial& trial = *found->second;
    if (!books[share]) books[share].emplace(vocabulary, settings);
    shares[share].push_back({trial.account, trial.action, trial.held_out,
                             is_upsold(timeline, trial, vocabulary, settings, *books[share]),
                             trial.probability.value_or(std::nan(""))});
  };
  if (!finished.empty()) {
    const auto walked = walk_all(source, now, threads, take);
    if (!walked) return in_context("compare contacted and held-out accounts", walked.error());
  }
  std::vector<TrialOutcome> outcomes;
  for (auto& share : shares) {
    std::move(share.begin(), share.end(), std::back_inserter(outcomes));
  }
  // The draws go by the order of accounts: no share and no number of threads may decide it.
  std::sort(outcomes.begin(), outcomes.end(),
            [](const TrialOutcome& a, const TrialOutcome& b) { return a.account < b.account; });
  Effects effects = measure_effects(outcomes, threads);
  effects.unfinished = unfinished;
  effects.too_old = too_old;
  effects.accounts = std::move(accounts);
  std::sort(effects.accounts.begin(), effects.accounts.end());
  return effects;
}

Money money_with(Money stated, const Effect& effect) {
  if (effect.status == EffectStatus::unknown) return stated;
  stated.effect.reset();
  const bool is_gain = effect.status == EffectStatus::shown && effect.share.low > 0;
  if (is_gain) stated.effect = effect.share.low;
  return stated;
}

}  // namespace upselld::scoring
