// SPDX-License-Identifier: Apache-2.0
#include "scoring/report_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scoring/report_tables.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

// On the test date: accounts without a trial.
TrialArm untouched(const Findings& findings) {
  TrialArm arm;
  const auto& test = findings.judged.test;
  if (!test || test->probability.empty()) return arm;
  const DateRows& date = findings.rows.dates[test->date];
  const auto& touched = findings.effects.accounts;
  double told = 0;
  for (std::size_t i = 0; i < date.size(); ++i) {
    const std::string& account = findings.rows.accounts[date.account[i]];
    if (std::binary_search(touched.begin(), touched.end(), account)) continue;
    ++arm.accounts;
    arm.upsells += date.positive[i];
    told += test->probability[i];
  }
  if (arm.accounts > 0) arm.told = told / static_cast<double>(arm.accounts);
  return arm;
}

// Of fewer accounts only the numbers: a rate of a handful says nothing.
Json arm_json(const TrialArm& arm) {
  const bool is_enough = arm.accounts >= kTrialsMin;
  return {{"accounts", arm.accounts},
          {"upsells", arm.upsells},
          {"happened", is_enough ? number_json(arm.rate()) : Json(nullptr)},
          {"told", is_enough ? number_json(arm.told) : Json(nullptr)}};
}

Json comparison_json(const Effect& effect) {
  const bool is_known = effect.status != EffectStatus::unknown;
  return {{"status", to_text(effect.status)},
          {"contacted", arm_json(effect.contacted)},
          {"held_out", arm_json(effect.held_out)},
          {"difference", is_known ? interval_json(effect.difference) : Json(nullptr)},
          {"share", is_known ? interval_json(effect.share) : Json(nullptr)}};
}

std::string percent(double share) {
  return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100 * share);
}

std::string happened(const TrialArm& arm) {
  return arm.accounts >= kTrialsMin ? percent(arm.rate()) : "-";
}

std::string points(const Interval& difference) {
  return fmt::format("{:+.1f} points ({:+.1f} to {:+.1f})", 100 * difference.estimate,
                     100 * difference.low, 100 * difference.high);
}

std::string verdict(const Effect& effect) {
  switch (effect.status) {
    case EffectStatus::unknown:
      return "unknown";
    case EffectStatus::not_shown:
      return "not shown: " + points(effect.difference);
    case EffectStatus::shown:
      return points(effect.difference);
  }
  return "";
}

std::string in_words(const Effect& effect) {
  switch (effect.status) {
    case EffectStatus::unknown:
      return fmt::format(
          "The effect of a contact is unknown: {} contacted and {} held-out accounts, with {} and "
          "{} up-sells, are too few; {} accounts and {} up-sells of each are needed.",
          effect.contacted.accounts, effect.held_out.accounts, effect.contacted.upsells,
          effect.held_out.upsells, kTrialsMin, kTrialUpsellsMin);
    case EffectStatus::not_shown:
      return "An effect of contacts is not shown: " + points(effect.difference) + ".";
    case EffectStatus::shown:
      if (effect.difference.high < 0) {
        return "Contacted accounts bought less: " + points(effect.difference) + ".";
      }
      return fmt::format(
          "Contacted accounts bought more: {}. So {} ({} to {}) of their up-sells happened because "
          "they were contacted.",
          points(effect.difference), percent(effect.share.estimate), percent(effect.share.low),
          percent(effect.share.high));
  }
  return "";
}

}  // namespace

Json effect_json(const Findings& findings) {
  const Effect& effect = findings.effects.all;
  if (effect.status == EffectStatus::shown) {
    return {{"share", effect.share.estimate},
            {"low", effect.share.low},
            {"high", effect.share.high},
            {"source", "measured: hold-out"}};
  }
  if (effect.status == EffectStatus::not_shown) {
    return {{"share", nullptr}, {"source", "not shown: hold-out"}};
  }
  const Money& money = findings.settings.money;
  if (!money.effect) return nullptr;
  return {{"share", *money.effect}, {"source", "assumed: money.effect"}};
}

Json hold_out_json(const Findings& findings) {
  const Effects& effects = findings.effects;
  if (!effects.any()) return nullptr;
  Json found = comparison_json(effects.all);
  found["untouched"] = arm_json(untouched(findings));
  found["unfinished"] = effects.unfinished;
  found["too_old"] = effects.too_old;
  found["needed"] = {{"accounts", kTrialsMin}, {"upsells", kTrialUpsellsMin}};
  found["actions"] = Json::object();
  for (const auto& [action, effect] : effects.by_action) {
    found["actions"][action] = comparison_json(effect);
  }
  return found;
}

std::string effect_text(const Findings& findings) {
  const Effects& effects = findings.effects;
  if (!effects.any()) return "";
  std::string text = "## What contacts do\n\n" + in_words(effects.all) + "\n\n";
  text += "| accounts | number | happened | told |\n|---|---|---|---|\n";
  const auto add = [&](const char* name, const TrialArm& arm) {
    const bool is_enough = arm.accounts >= kTrialsMin;
    text += fmt::format("| {} | {} | {} | {} |\n", name, arm.accounts, happened(arm),
                        is_enough ? percent(arm.told) : "-");
  };
  add("contacted", effects.all.contacted);
  add("held out", effects.all.held_out);
  add("untouched, test date", untouched(findings));
  if (!effects.by_action.empty()) {
    text += "\n| action | contacted | happened | held out | happened | difference |\n";
    text += "|---|---|---|---|---|---|\n";
  }
  for (const auto& [action, one] : effects.by_action) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", action, one.contacted.accounts,
                        happened(one.contacted), one.held_out.accounts, happened(one.held_out),
                        verdict(one));
  }
  text += fmt::format(
      "\nBy the draw, whoever was reached, from each account's first contact on; accounts "
      "resampled, 95 %. {} more have not had their {} days yet.\n\n",
      effects.unfinished, findings.settings.target.horizon_days());
  if (effects.too_old > 0) {
    text += fmt::format("{} are left out: what was before them is kept no longer.\n\n",
                        effects.too_old);
  }
  return text;
}

std::string effect_limit(const Effect& effect) {
  switch (effect.status) {
    case EffectStatus::unknown:
      return "- The effect of a contact is unknown: the model tells who will buy, not whom a call "
             "moves.\n";
    case EffectStatus::not_shown:
      return "- That contacts have an effect is not shown: the model tells who will buy, not whom "
             "a call moves.\n";
    case EffectStatus::shown:
      return "- The effect of contacts is a mean: the model tells who will buy, not whom a call "
             "moves.\n";
  }
  return "";
}

}  // namespace upselld::scoring
