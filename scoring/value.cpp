// SPDX-License-Identifier: Apache-2.0
#include "scoring/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "scoring/model_files.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kEffectShares[] = {0.25, 0.5, 1};
constexpr std::size_t kContacts[] = {50, 100, 200, 500, 1'000, 2'000, 5'000, 10'000};

// So many accounts contacted, the most promising first.
struct CurvePoint {
  std::size_t contacts = 0;
  double expected = 0;  // summed likelihood x gain
  Interval came;        // gain of the up-sells that came, contacted or not
};

// Gains above the cap count as the cap, as where they were learnt.
std::vector<CurvePoint> curve_of(const Findings& findings) {
  const auto& test = findings.judged.test;
  if (!test || test->probability.empty()) return {};
  const TrainingRows& rows = findings.rows;
  const DateRows& date = rows.dates[test->date];
  const Instant as_of = findings.settings.zone.start_of(date.day);
  std::vector<Day> days;
  for (const DateRows& each : rows.dates) days.push_back(each.day);
  const Gains gains = learn_gains(rows, findings.table, findings.settings,
                                  learnt_by(days, as_of, findings.settings), as_of);
  if (!gains.known()) return {};
  const std::size_t width = rows.columns.size(), usual = usual_column(rows, findings.table);
  std::vector<double> promised, came;
  for (std::size_t i = 0; i < date.size(); ++i) {
    promised.push_back(test->probability[i] * gains.of(date.values[i * width + usual]));
    const auto gain = static_cast<double>(date.gain[i]);
    came.push_back(date.positive[i] != 0 && gain > 0 ? std::min(gain, gains.cap) : 0);
  }
  std::vector<std::uint32_t> order(date.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return promised[a] > promised[b]; });
  std::vector<CurvePoint> curve;
  for (const std::size_t contacts : kContacts) {
    if (contacts > date.size()) break;
    const std::span<const std::uint32_t> first(order.data(), contacts);
    CurvePoint point{contacts, 0, {}};
    double sum = 0;
    for (const std::uint32_t i : first) {
      point.expected += promised[i];
      sum += came[i];
    }
    point.came = AccountDraws(contacts).interval(
        sum,
        [&](std::span<const std::uint32_t> weight) {
          double drawn = 0;
          for (std::size_t k = 0; k < contacts; ++k) drawn += weight[k] * came[first[k]];
          return drawn;
        },
        findings.threads);
    curve.push_back(point);
  }
  return curve;
}

// The shares of up-sells that the worth is told for: what the hold-out allows, or else parts of
// what the settings state. Empty: no money is shown.
struct ToldEffects {
  std::vector<double> shares;
  bool is_measured = false;
};

ToldEffects told_effects(const Findings& findings) {
  const Money money = money_with(findings.settings.money, findings.effects.all);
  if (!money.known()) return {};
  if (findings.effects.all.status == EffectStatus::shown) {
    const Interval& share = findings.effects.all.share;
    return {{share.low, share.estimate, share.high}, true};
  }
  ToldEffects told;
  for (const double part : kEffectShares) told.shares.push_back(part * *money.effect);
  return told;
}

// What the contacts brought if `effect` of the up-sells happened because of them.
double money_of(const Money& money, double effect, double gain, std::size_t contacts) {
  return effect * *money.margin * gain - *money.cost_of_contact * static_cast<double>(contacts);
}

std::string amount(double value) {
  return fmt::format("{:.0f}", value);
}

std::string classes_text(const Gains& gains, const std::string& currency) {
  std::string text =
      fmt::format("| usual order | up-sells | gain of one, {} |\n|---|---|---|\n", currency);
  for (std::size_t c = 0; c < gains.gain.size(); ++c) {
    std::string from = c == 0 ? "" : "from " + amount(static_cast<double>(gains.starts[c - 1]));
    if (c < gains.starts.size()) {
      from += (c == 0 ? "below " : " to below ") + amount(static_cast<double>(gains.starts[c]));
    }
    if (from.empty()) from = "any";
    text += fmt::format("| {} | {} | {} |\n", from, gains.counted[c], amount(gains.gain[c]));
  }
  return text;
}

const char* worth_note(const Findings& findings, const ToldEffects& told) {
  if (told.is_measured) {
    return "\nThe worth is told for the least, the likeliest and the greatest effect that the "
           "hold-out allows; by the least it is decided who is worth a contact.";
  }
  if (!told.shares.empty()) {
    return "\nThe worth assumes that this share of the up-sells happens because of the contact; "
           "nothing here has measured it.";
  }
  switch (findings.effects.all.status) {
    case EffectStatus::unknown:
      return "\nThe up-sells came with or without a contact. The effect of a contact is unknown, "
             "so no money is shown.";
    case EffectStatus::not_shown:
      return "\nThe up-sells came with or without a contact. An effect of contacts is not shown, "
             "so no money is.";
    case EffectStatus::shown:
      return "\nThe up-sells came with or without a contact.";
  }
  return "";
}

}  // namespace

double Money::worth_from() const {
  if (!known() || !(*effect * *margin > 0)) return std::numeric_limits<double>::quiet_NaN();
  return *cost_of_contact / (*effect * *margin);
}

nlohmann::ordered_json value_json(const Findings& findings) {
  const TrainingRows& rows = findings.rows;
  const Gains gains =
      learn_gains(rows, findings.table, findings.settings, findings.judged.learnt, findings.now);
  if (!gains.known()) return nullptr;
  Json curve = Json::array();
  const Money money = money_with(findings.settings.money, findings.effects.all);
  const ToldEffects told = told_effects(findings);
  for (const CurvePoint& point : curve_of(findings)) {
    Json one = {{"contacts", point.contacts},
                {"gain_expected", point.expected},
                {"gain_came", point.came.estimate},
                {"low", point.came.low},
                {"high", point.came.high}};
    for (const double effect : told.shares) {
      const auto at = [&](double gain) { return money_of(money, effect, gain, point.contacts); };
      one[told.is_measured ? "money_measured" : "money_assuming"].push_back(
          {{"effect", effect},
           {"value", at(point.came.estimate)},
           {"low", at(point.came.low)},
           {"high", at(point.came.high)}});
    }
    curve.push_back(std::move(one));
  }
  return {{"currency", findings.settings.currency},
          {"gains", gains_json(gains)},
          {"worth_from", money.known() ? Json(money.worth_from()) : Json(nullptr)},
          {"curve", curve}};
}

std::string value_text(const Findings& findings) {
  const TrainingRows& rows = findings.rows;
  const Gains gains =
      learn_gains(rows, findings.table, findings.settings, findings.judged.learnt, findings.now);
  if (!gains.known()) return "";
  const Money& money = findings.settings.money;
  const ToldEffects told = told_effects(findings);
  const std::string& currency = findings.settings.currency;
  std::string text = "## What it is worth\n\n";
  text += findings.settings.target.kind == TargetKind::larger_order
              ? "Gain is the amount above the account's usual order; "
              : "Gain is the amount of the up-sells within the horizon; ";
  text +=
      fmt::format("above {} {} it counts as that. Accounts are ranked by likelihood x gain.\n\n",
                  amount(gains.cap), currency);
  text += classes_text(gains, currency);
  const auto curve = curve_of(findings);
  if (curve.empty()) return text + "\n";
  text += "\nOn the test date, had the first so many accounts of that ranking been contacted:\n\n";
  text += "| accounts | gain expected | gain that came | 95 % interval |";
  for (const double effect : told.shares) {
    text +=
        fmt::format(" worth, {} {:.0f} % |", told.is_measured ? "at" : "assuming", 100 * effect);
  }
  text += "\n|---|---|---|---|";
  for (std::size_t i = 0; i < told.shares.size(); ++i) text += "---|";
  text += '\n';
  for (const CurvePoint& point : curve) {
    text +=
        fmt::format("| {} | {} | {} | {} to {} |", point.contacts, amount(point.expected),
                    amount(point.came.estimate), amount(point.came.low), amount(point.came.high));
    for (const double effect : told.shares) {
      const auto at = [&](double gain) {
        return amount(money_of(money, effect, gain, point.contacts));
      };
      text += fmt::format(" {} ({} to {}) |", at(point.came.estimate), at(point.came.low),
                          at(point.came.high));
    }
    text += '\n';
  }
  return text + worth_note(findings, told) + "\n\n";
}

}  // namespace upselld::scoring
