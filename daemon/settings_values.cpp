// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/activity_name.h"
#include "core/assertions.h"
#include "core/records.h"

namespace upselld::daemon {

namespace {

TargetSettings::Kind target_kind(const std::string& word) {
  if (word == "won_opportunity") return TargetSettings::Kind::won_opportunity;
  if (word == "labelled") return TargetSettings::Kind::labelled;
  if (word == "attribute_increase") return TargetSettings::Kind::attribute_increase;
  return TargetSettings::Kind::larger_order;
}

void check_kinds(const Settings& group, const TargetSettings& target, Findings& findings) {
  for (const std::string& kind : target.kinds) {
    OrderKind known = OrderKind::other;
    if (target.kind == TargetSettings::Kind::labelled) {
      if (is_activity_name(kind)) continue;
      findings.push_back({group.place("kinds"), "kinds: \"" + kind + "\" is no activity kind"});
    } else if (!parse(kind, known)) {
      findings.push_back({group.place("kinds"),
                          "kinds: \"" + kind +
                              "\" is not one of new_business | renewal | upsell | cross_sell | "
                              "other"});
    }
  }
}

Schedule read_one(const Settings& group, const char* name, const Schedule& outer,
                  Findings& findings) {
  if (!group.has(name)) return outer;
  auto schedule = parse_schedule(group.text(name));
  if (schedule) return *schedule;
  findings.push_back({group.place(name), std::string(name) + ": " + schedule.error().message});
  return outer;
}

bool is_currency(const std::string& code) {
  return code.size() == 3 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// What is wrong with an admin's sentence about a feature.
std::optional<std::string> problem_of_sentence(const Node& node) {
  constexpr std::size_t kBytesMax = 200;
  const std::string& text = node.text;
  if (node.kind != Node::Kind::scalar || text.empty()) {
    return "write a sentence, such as \"storage {value} full, usual {usual}\"";
  }
  if (text.size() > kBytesMax) return fmt::format("at most {} bytes", kBytesMax);
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' '; })) {
    return "must be one line";
  }
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::string word = text.substr(at, text.find('}', at) - at + 1);
    if (word != "{value}" && word != "{usual}" && word != "{date}" && word != "{since}") {
      return "\"" + word + "\" is not one of {value} | {usual} | {date} | {since}";
    }
  }
  return std::nullopt;
}

std::optional<double> optional_share(const Settings& group, const char* name) {
  return group.has(name) ? std::optional<double>(group.share(name)) : std::nullopt;
}

}  // namespace

const char* to_text(WriteLevel level) {
  switch (level) {
    case WriteLevel::nothing:
      return "nothing";
    case WriteLevel::fields:
      return "fields";
    case WriteLevel::fields_and_tasks:
      return "fields_and_tasks";
  }
  UPSELLD_ASSERT(false);
  return "";
}

const char* to_text(TargetSettings::Kind kind) {
  switch (kind) {
    case TargetSettings::Kind::larger_order:
      return "larger_order";
    case TargetSettings::Kind::won_opportunity:
      return "won_opportunity";
    case TargetSettings::Kind::labelled:
      return "labelled";
    case TargetSettings::Kind::attribute_increase:
      return "attribute_increase";
  }
  UPSELLD_ASSERT(false);
  return "";
}

TargetSettings read_target(const Settings& group, Findings& findings) {
  TargetSettings target;
  target.kind = target_kind(group.text("kind"));
  target.attribute = group.text("attribute");
  target.attribute_place = group.place("attribute");
  const bool is_rise = target.kind == TargetSettings::Kind::attribute_increase;
  if (is_rise && target.attribute.empty()) {
    findings.push_back({group.place("kind"),
                        "kind: attribute_increase needs attribute: the name of the one that "
                        "rises, such as seats"});
  } else if (!is_rise && !target.attribute.empty()) {
    findings.push_back(
        {group.place("attribute"), "attribute: only kind: attribute_increase reads it"});
  }
  target.types = group.texts("types");
  target.kinds = group.texts("kinds");
  check_kinds(group, target, findings);
  const bool is_order = target.kind == TargetSettings::Kind::larger_order;
  target.horizon = group.has("horizon") ? group.duration("horizon") : days(is_order ? 60 : 90);
  if (target.horizon.ms % days(1).ms != 0) {
    findings.push_back({group.place("horizon"), "horizon: must be whole days, such as 90d"});
  }
  target.growth = group.number("growth");
  target.later_cancelled_counts = group.text("later_cancelled") == "counts";
  return target;
}

ScheduleSettings read_schedule(const Settings& group, const ScheduleSettings& outer,
                               Findings& findings) {
  ScheduleSettings schedule = outer;
  schedule.sync = read_one(group, "sync", outer.sync, findings);
  schedule.train = read_one(group, "train", outer.train, findings);
  if (group.has("jitter")) schedule.jitter = group.duration("jitter");
  if (group.has("publish")) {
    schedule.publish_automatically = group.text("publish") == "automatic";
  }
  return schedule;
}

SnapshotSettings read_snapshots(const Settings& root, Findings& findings) {
  const std::string text = root.text("snapshots");
  if (text == "monthly") return {};
  const auto every = parse_duration(text);
  if (!every || *every < days(1) || *every > days(366) || every->ms % days(1).ms != 0) {
    findings.push_back({root.place("snapshots"), "snapshots: \"" + text +
                                                     "\" is neither monthly nor whole days such "
                                                     "as 30d (1d to 366d)"});
    return {};
  }
  return {false, *every};
}

FeatureSettings read_features(const Settings& group, Findings& findings) {
  FeatureSettings features;
  for (const std::string& name : group.texts("learn")) {
    features.learn.push_back({name, group.place("learn")});
  }
  const Node* map = group.node("sentences");
  if (map == nullptr) return features;
  for (const Node::Entry& entry : map->entries) {
    if (auto wrong = problem_of_sentence(entry.value)) {
      findings.push_back({entry.place, entry.key + ": " + *wrong});
    }
    features.sentences.push_back({{entry.key, entry.place}, entry.value.text});
  }
  return features;
}

MoneySettings read_money(const Settings& group) {
  MoneySettings money;
  if (group.has("cost_of_contact")) money.cost_of_contact = group.number("cost_of_contact");
  money.margin = optional_share(group, "margin");
  money.effect = optional_share(group, "effect");
  return money;
}

StopWhen read_stop_when(const Settings& group) {
  return {group.share("accounts_lost"), group.share("bands_moved"), group.integer("new_tasks")};
}

std::vector<std::pair<std::string, double>> read_rates(const Settings& root, Findings& findings) {
  std::vector<std::pair<std::string, double>> rates;
  const std::string currency = root.text("currency");
  if (!is_currency(currency)) {
    findings.push_back(
        {root.place("currency"), "currency: \"" + currency + "\" is no code such as EUR"});
  }
  const Node* map = root.node("currency_rates");
  if (map == nullptr) return rates;
  for (const Node::Entry& entry : map->entries) {
    const auto rate = parse_number(entry.value.text);
    if (!is_currency(entry.key)) {
      findings.push_back({entry.place, "\"" + entry.key + "\" is no currency code such as USD"});
    } else if (!rate || *rate <= 0) {
      findings.push_back({entry.place, entry.key + ": the rate must be a number above 0"});
    } else if (entry.key == currency && *rate != 1) {
      findings.push_back({entry.place, entry.key + ": the reporting currency is worth 1"});
    } else {
      rates.emplace_back(entry.key, *rate);
    }
  }
  std::sort(rates.begin(), rates.end());
  return rates;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  constexpr Unit kUnits[] = {{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}};
  std::uint64_t unit_bytes = 1;
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    unit_bytes = unit.bytes;
    text.remove_suffix(unit.name.size());
    break;
  }
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, count);
  if (text.empty() || done.ec != std::errc() || done.ptr != end) return std::nullopt;
  if (count > std::numeric_limits<std::uint64_t>::max() / unit_bytes) return std::nullopt;
  return count * unit_bytes;
}

}  // namespace upselld::daemon
