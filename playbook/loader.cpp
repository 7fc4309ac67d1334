// SPDX-License-Identifier: Apache-2.0
#include "playbook/loader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "core/activity_name.h"
#include "core/time_zone.h"
#include "playbook/settings_tables.h"

namespace upselld::playbook {

namespace {

constexpr const char* kNoPurchase = "no_purchase";

const SettingTable& group_table(const char* name) {
  for (const Setting& setting : playbook_table().settings) {
    if (setting.name == std::string_view(name)) return *setting.group;
  }
  UPSELLD_ASSERT(false && "no group of this name");
  return playbook_table();
}

// Findings come section by section; people read them in the order of the file. An Error keeps its
// place only as the beginning of its message, "FILE:LINE: ".
int line_of(const std::string& message, const std::string& file) {
  int line = 0;
  if (message.compare(0, file.size() + 1, file + ":") == 0) {
    const char* begin = message.data() + file.size() + 1;
    std::from_chars(begin, message.data() + message.size(), line);
  }
  return line;
}

std::optional<double> read_start(const Node& node) {
  if (node.kind != Node::Kind::scalar) return std::nullopt;
  if (const auto number = parse_number(node.text)) return number;
  if (const auto length = parse_duration(node.text)) {
    return static_cast<double>(length->ms) / static_cast<double>(days(1).ms);
  }
  return std::nullopt;
}

}  // namespace

Loader::Loader(const Node& root, const Names& names)
    : root_(root), settings_(root, playbook_table()), names_({}, {}, {}) {
  errors_ = check(root, playbook_table());
  is_sound_ = errors_.empty();
  nothing_.kind = Node::Kind::map;
  nothing_.place = root.place;
  const std::vector<std::string> segments = read_segments(names);
  read_tags(names, segments);
  std::vector<std::string> tags;
  for (const Tag& tag : rules_.tags) tags.push_back(tag.name);
  names_ = RuleNames(names, segments, tags);
  rules_.segments.feature = names_.find(rules_.segments.measure);
  rules_.segments.last_order = names_.find("days_since_order");
  read_bands();
  read_holds();
  read_tasks();
  read_actions();
  read_examples();
}

Loaded Loader::finish() {
  if (errors_.empty()) check_reach();
  Loaded loaded;
  if (errors_.empty()) {
    warn();
    loaded.playbook = std::make_unique<const Playbook>(std::move(names_), std::move(rules_),
                                                       std::move(warnings_));
  }
  const std::string file = root_.place.file;
  std::stable_sort(errors_.begin(), errors_.end(), [&](const Error& a, const Error& b) {
    return line_of(a.message, file) < line_of(b.message, file);
  });
  loaded.errors = std::move(errors_);
  return loaded;
}

Loaded load(const Node& root, const Names& names) {
  return Loader(root, names).finish();
}

Settings Loader::group(const char* name) const {
  const Node* written = root_.find(name);
  return Settings(written == nullptr ? nothing_ : *written, group_table(name));
}

Condition Loader::read_condition(const Node& map) {
  ConditionReader reader{names_, errors_};
  return reader.read(map);
}

void Loader::fail(const Place& place, const std::string& message) {
  errors_.push_back(error_at(place, message));
}

void Loader::warn_at(const Place& place, const std::string& message) {
  warnings_.push_back(place.file.empty() ? message : to_text(place) + ": " + message);
}

bool Loader::add_built_in(const char* owner, const char* feature, Test test, Condition& condition) {
  const auto key = names_.find(feature);
  if (!key) {
    warn_at({}, fmt::format("{} is off: there is no feature {}", owner, feature));
    return false;
  }
  test.key = *key;
  condition.clauses.push_back({Clause::Kind::test, std::move(test), {}});
  return true;
}

std::vector<std::string> Loader::read_segments(const Names& known) {
  const Settings segments = group("segments");
  rules_.segments.measure = segments.text("measure");
  const Node* starts = segments.node("starts");
  std::vector<std::string> names;
  if (starts == nullptr || starts->entries.empty()) {
    names = {"active", "cooling", "at_risk", "dormant"};
    rules_.segments.starts = {0, 30, 60, 90};
  } else {
    for (const Node::Entry& entry : starts->entries) {
      const auto start = read_start(entry.value);
      auto& all = rules_.segments.starts;
      if (!is_activity_name(entry.key) || entry.key == kNoPurchase) {
        fail(entry.place, entry.key == kNoPurchase
                              ? "no_purchase is built in: accounts that never bought"
                              : "a segment's name is made of lower-case letters, digits and _");
      } else if (!start || *start < 0) {
        fail(entry.place, fmt::format("{} must begin at a number of days, such as 30", entry.key));
      } else if (all.empty() && *start != 0) {
        all.push_back(*start);
        names.push_back(entry.key);
        fail(entry.place, fmt::format("the first segment must begin at 0, or {} would hold nobody "
                                      "younger; {} begins at {}",
                                      entry.key, entry.key, entry.value.text));
      } else if (!all.empty() && *start <= all.back()) {
        fail(entry.place, fmt::format("{} must begin after {}: each segment ends where the next "
                                      "begins",
                                      entry.key, names.back()));
      } else {
        names.push_back(entry.key);
        all.push_back(*start);
      }
    }
  }
  names.emplace_back(kNoPurchase);
  const auto delivers = [&](const FeatureInfo& f) { return f.name == rules_.segments.measure; };
  if (std::none_of(known.features.begin(), known.features.end(), delivers)) {
    warn_at({}, fmt::format("every account is in no_purchase: there is no feature {}",
                            rules_.segments.measure));
  }
  return names;
}

void Loader::check_tag_name(const std::string& name, const Place& place, const Names& known) {
  static const std::vector<std::string> kTaken = {"segment", "band", "decile", "any", "not"};
  const auto is_name = [&](const auto& info) { return info.name == name; };
  if (!is_activity_name(name)) {
    fail(place, "a tag's name is made of lower-case letters, digits and _");
  } else if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end() ||
             std::any_of(known.attributes.begin(), known.attributes.end(), is_name) ||
             std::any_of(known.features.begin(), known.features.end(), is_name)) {
    fail(place,
         fmt::format("{} already means something else in rules; give the tag another name", name));
  }
}

void Loader::read_tags(const Names& known, const std::vector<std::string>& segments) {
  names_ = RuleNames(known, segments, {});
  const Node* tags = root_.find("tags");
  if (tags == nullptr) {
    const auto top = [&](const char* tag, const char* feature) {
      const Test test{.kind = Test::Kind::top, .share = 0.20, .cut = rules_.cut_count};
      Condition when;
      if (!add_built_in(tag, feature, test, when)) return;
      rules_.tags.push_back({tag, std::move(when)});
      ++rules_.cut_count;
    };
    top("high_value", "order_amount_mean");
    top("engaged", "clicks_per_visit_30d");
    return;
  }
  ConditionReader reader{names_, errors_, /*shares_allowed=*/true};
  for (const Node::Entry& entry : tags->entries) {
    check_tag_name(entry.key, entry.place, known);
    const auto is_tag = [&](const Node::Entry& test) { return tags->find(test.key) != nullptr; };
    if (std::any_of(entry.value.entries.begin(), entry.value.entries.end(), is_tag)) {
      fail(entry.place,
           fmt::format("the tag {} tests another tag; repeat that tag's test instead", entry.key));
      continue;
    }
    rules_.tags.push_back({entry.key, reader.read(entry.value)});
  }
  rules_.cut_count = reader.cut_count;
}

void Loader::read_bands() {
  const Settings bands = group("bands");
  BandRules& rules = rules_.bands;
  if (const auto high = bands.group("high")) rules.high_top = high->share("top");
  if (const auto medium = bands.group("medium")) rules.medium_top = medium->share("top");
  if (is_sound_ && rules.medium_top < rules.high_top) {
    fail(bands.place("medium"),
         fmt::format("medium must not end above high: both shares count from the top, so write "
                     "medium: {{top: {}%}} or more",
                     std::lround(100 * rules.high_top)));
  }
  rules.within_segment = bands.text("within") == "segment";
  rules.floor_written = bands.has("floor");
  const std::string floor = bands.text("floor");
  if (!floor.empty() && floor.back() == 'x') {
    const auto times = parse_number(std::string_view(floor).substr(0, floor.size() - 1));
    if (times && *times >= 0) {
      rules.floor_times = *times;
      return;
    }
  } else if (const auto share = parse_share(floor); share && *share >= 0 && *share < 1) {
    rules.floor_times = 0;
    rules.floor_share = *share;
    return;
  }
  fail(bands.place("floor"),
       "floor must be a multiple of the average likelihood such as 2x, or a "
       "share such as 5%");
}

void Loader::read_examples() {
  const Node* examples = root_.find("examples");
  if (examples == nullptr) return;
  std::vector<std::string> expected = {"none"};
  for (const Action& action : rules_.actions) expected.push_back(action.name);
  for (const Node& node : examples->items) {
    Example example{{}, "", node.place};
    if (const Node* given = node.find("given")) {
      if (given->kind != Node::Kind::map) {
        fail(given->place, "given must be a map, such as {segment: dormant}");
      }
      for (const Node::Entry& entry : given->entries) {
        Literal literal;
        if (read_given(entry, names_, literal, errors_)) example.given.push_back(literal);
      }
    }
    const Node* expect = node.find("expect");
    if (expect != nullptr && expect->kind == Node::Kind::scalar) {
      example.expect = expect->text;
      if (std::find(expected.begin(), expected.end(), example.expect) == expected.end()) {
        const std::string near = nearest(example.expect, expected);
        fail(expect->place,
             fmt::format("no action is called \"{}\"{}", plain_line(example.expect, 60),
                         near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
      }
    }
    rules_.examples.push_back(std::move(example));
  }
}

}  // namespace upselld::playbook
