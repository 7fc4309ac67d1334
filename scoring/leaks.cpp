// SPDX-License-Identifier: Apache-2.0
#include "scoring/leaks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "scoring/measures.h"
#include "scoring/snapshots.h"

namespace upselld::scoring {
namespace {

constexpr double kAloneArea = 0.98;
constexpr std::size_t kPositivesMin = 20;
// A group of accounts with a value: how many of them should have had no up-sell, if up-sells came
// to them as to others of that rate, and how few show that the value came with the up-sell.
constexpr double kExpectedWithoutMin = 10;
constexpr double kFoundWithoutShare = 0.2;
constexpr std::size_t kLevelsMax = 40;
constexpr double kCopyShare = 0.8;  // of the accounts that a copy could be told by
constexpr std::size_t kCopyAccountsMin = 20;
constexpr double kLateShare = 0.1;

// One attribute of the newest date, row by row.
struct Column {
  const FeatureInfo* info = nullptr;
  std::size_t index = 0;
  std::vector<float> values;
};

Column column_of(const TrainingRows& rows, const FeatureTable& table, std::size_t index) {
  Column column{&table.infos()[rows.columns[index]], index, {}};
  const DateRows& date = rows.dates.back();
  for (std::size_t i = 0; i < date.size(); ++i) {
    column.values.push_back(date.values[i * rows.columns.size() + index]);
  }
  return column;
}

std::string alone(const DateRows& date, const Column& column) {
  double best = 0;
  for (const double sign : {1.0, -1.0}) {
    for (const double missing : {-1e30, 1e30}) {
      std::vector<double> rank;
      for (const float value : column.values) {
        rank.push_back(std::isnan(value) ? missing : sign * static_cast<double>(value));
      }
      const double area = roc_auc(date.positive, rank);
      if (area > best) best = area;
    }
  }
  if (!(best >= kAloneArea)) return "";
  return fmt::format(
      "{} alone tells the outcome (ROC-AUC {:.3f}): it is probably filled in after the event",
      column.info->name, best);
}

// Up-sells and label windows of every account, in windows that do not overlap; and whether it ever
// had an up-sell, inside of them or not: most up-sells that filled a value fall between windows.
struct PastOutcomes {
  std::vector<std::uint32_t> windows, positives;  // by account
  std::vector<std::uint8_t> ever;
  double windows_ever = 0;  // that the whole history would hold
};
PastOutcomes outcomes_apart(const TrainingRows& rows, const ScoringSettings& settings) {
  PastOutcomes found{std::vector<std::uint32_t>(rows.accounts.size()),
                     std::vector<std::uint32_t>(rows.accounts.size()),
                     std::vector<std::uint8_t>(rows.accounts.size()), 0};
  Instant free_before = Instant{INT64_MAX};
  for (auto date = rows.dates.rbegin(); date != rows.dates.rend(); ++date) {
    if (window_end(date->day, settings) > free_before) continue;
    free_before = settings.zone.start_of(date->day);
    for (std::size_t i = 0; i < date->size(); ++i) {
      ++found.windows[date->account[i]];
      found.positives[date->account[i]] += date->positive[i];
    }
  }
  const std::vector<float>& upsells = rows.totals.back().now;
  for (std::size_t a = 0; a < found.ever.size(); ++a) {
    found.ever[a] = found.positives[a] > 0 || (a < upsells.size() && upsells[a] > 0) ? 1 : 0;
  }
  const Instant last = window_end(rows.dates.back().day, settings);
  const double history = static_cast<double>((last - rows.data_begins).ms);
  found.windows_ever = history / static_cast<double>(settings.target.horizon.ms) + 0.5;
  return found;
}

// Of accounts that share a value some should have had no up-sell, however good the value is. When
// all but none of them had none, the value came with the up-sell.
bool came_with_outcome(const DateRows& date, const PastOutcomes& outcomes,
                       const std::vector<std::uint8_t>& inside) {
  double windows = 0, positives = 0, others = 0, inside_count = 0;
  double without = 0, expected = 0, never = 0;
  for (std::size_t i = 0; i < date.size(); ++i) {
    const std::uint32_t account = date.account[i];
    if (inside[i] == 0) {
      ++others;
      continue;
    }
    windows += outcomes.windows[account];
    positives += outcomes.positives[account];
    ++inside_count;
    if (outcomes.positives[account] == 0) ++without;
    if (outcomes.ever[account] == 0) ++never;
  }
  if (windows == 0 || positives < static_cast<double>(kPositivesMin) || others == 0) return false;
  const double rate = std::min(1.0, positives / windows);
  for (std::size_t i = 0; i < date.size(); ++i) {
    if (inside[i] != 0) expected += std::pow(1 - rate, outcomes.windows[date.account[i]]);
  }
  const auto is_too_few = [](double found, double of) {
    return of >= kExpectedWithoutMin && found <= kFoundWithoutShare * of;
  };
  // As if all had been there all the time: fewer than there would be.
  const double expected_never = inside_count * std::pow(1 - rate, outcomes.windows_ever);
  return is_too_few(without, expected) || is_too_few(never, expected_never);
}

std::string filled_later(const DateRows& date, const PastOutcomes& outcomes, const Column& column) {
  std::map<float, std::size_t> counts;
  std::size_t missing = 0;
  for (const float value : column.values) std::isnan(value) ? ++missing : ++counts[value];
  std::vector<std::vector<std::uint8_t>> groups;
  const auto add = [&](const auto& test) {
    std::vector<std::uint8_t> inside;
    for (const float value : column.values) inside.push_back(test(value) ? 1 : 0);
    groups.push_back(std::move(inside));
  };
  if (missing > 0) add([](float value) { return !std::isnan(value); });
  if (counts.size() <= kLevelsMax) {
    for (const auto& [level, count] : counts) {
      add([&](float value) { return value == level; });
    }
  }
  if (column.info->kind != FeatureInfo::Kind::category) {
    add([](float value) { return value > 0; });
  }
  for (const auto& inside : groups) {
    if (!came_with_outcome(date, outcomes, inside)) continue;
    return fmt::format(
        "{} has a value that all but only accounts with an up-sell have: it is probably filled or "
        "overwritten after the event",
        column.info->name);
  }
  return "";
}

std::string copied(const TrainingRows& rows, const Column& column) {
  for (const Totals& total : rows.totals) {
    std::size_t told = 0, equal = 0;
    const DateRows& date = rows.dates.back();
    for (std::size_t i = 0; i < date.size(); ++i) {
      const float now = total.now[date.account[i]], then = total.then[date.account[i]];
      if (std::isnan(now) || now == then) continue;
      ++told;
      if (std::abs(column.values[i] - now) <= 1e-4F * std::abs(now)) ++equal;
    }
    if (told < kCopyAccountsMin ||
        static_cast<double>(equal) < kCopyShare * static_cast<double>(told)) {
      continue;
    }
    return fmt::format(
        "{} equals {} as it is today, not as it was at the snapshot: it knows the "
        "orders that came later",
        column.info->name, total.name);
  }
  return "";
}

bool is_ours(const std::string& name) {
  return name.starts_with("upselld") || name.starts_with("upsell_score") || name == "upsell_band" ||
         name == "model_version";
}

std::string late_records(const TrainingRows& rows, SnapshotSpan learnt) {
  std::size_t positives = 0, late = 0;
  for (std::size_t d = learnt.first; d < learnt.last; ++d) {
    for (const std::uint8_t one : rows.dates[d].positive) positives += one;
    late += rows.dates[d].late_positives;
  }
  if (positives < kPositivesMin) return "";
  const double share = static_cast<double>(late) / static_cast<double>(positives);
  if (share < kLateShare) return "";
  return fmt::format(
      "back-dated orders: {:.0f} % of the up-sells were recorded a week or more after their date, "
      "so that what is told before it may come from after it",
      100 * share);
}

}  // namespace

std::vector<std::string> leaks_in(const TrainingRows& rows, const FeatureTable& table,
                                  SnapshotSpan learnt, const ScoringSettings& settings) {
  std::vector<std::string> leaks;
  if (rows.dates.empty()) return leaks;
  const DateRows& date = rows.dates.back();
  std::size_t positives = 0;
  for (const std::uint8_t one : date.positive) positives += one;
  const PastOutcomes outcomes = outcomes_apart(rows, settings);
  for (std::size_t c = 0; c < rows.columns.size(); ++c) {
    const FeatureSpec& spec = table.specs()[rows.columns[c]];
    if (spec.source != FeatureSpec::Source::attribute) continue;
    const Column column = column_of(rows, table, c);
    if (is_ours(column.info->name)) {
      leaks.push_back(column.info->name + " carries one of our own names: a score is no feature");
      continue;
    }
    // What has a recorded past shows at each snapshot what stood there then.
    const bool without_past = rows.without_past[c] != 0;
    std::string leak = without_past ? copied(rows, column) : "";
    if (leak.empty() && positives >= kPositivesMin) leak = alone(date, column);
    if (leak.empty() && without_past) leak = filled_later(date, outcomes, column);
    if (!leak.empty()) leaks.push_back(leak);
  }
  for (const std::string& name : rows.future_readers) {
    leaks.push_back(name + " changes when the future is removed from the data");
  }
  if (std::string late = late_records(rows, learnt); !late.empty())
    leaks.push_back(std::move(late));
  return leaks;
}

}  // namespace upselld::scoring
