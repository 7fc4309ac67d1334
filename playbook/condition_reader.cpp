// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/time_zone.h"
#include "playbook/condition.h"
#include "playbook/text.h"

namespace upselld::playbook {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string shown(const Node& node) {
  return "\"" + plain_line(node.text, 60) + "\"";
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string kind_words(const RuleNames& names, const Key& key) {
  if (key.kind == Key::Kind::decile) return "a whole number from 1 to 10";
  switch (names.value_kind(key)) {
    case ValueKind::number:
      return "a number";
    case ValueKind::text:
      return "a text";
    case ValueKind::day:
      return "a day such as 2026-11-22";
    case ValueKind::yes_no:
      return "yes or no";
    case ValueKind::word:
    case ValueKind::ordered_text: {
      const auto words = names.words(key);
      return words.empty() ? std::string("missing or known") : listed(words);
    }
  }
  return {};
}

// "80%", "3", "1e3"; also "30d" where the value counts days.
std::optional<double> read_number(const RuleNames& names, const Key& key, const std::string& text) {
  if (key.kind == Key::Kind::decile) {
    const auto number = parse_number(text);
    const bool fits = number && *number >= 1 && *number <= 10 && *number == std::floor(*number);
    return fits ? number : std::nullopt;
  }
  std::optional<double> number = parse_number(text);
  if (!number && !text.empty() && text.back() == '%') {
    number = parse_number(std::string_view(text).substr(0, text.size() - 1));
    if (number) *number /= 100;
  }
  const FeatureInfo* feature = names.feature(key);
  if (!number && feature != nullptr && feature->unit == "days") {
    const auto length = parse_duration(text);
    if (length) number = static_cast<double>(length->ms) / static_cast<double>(days(1).ms);
  }
  // Feature rows are floats: 0.7 as a double is more than 0.7 as a float.
  if (number && feature != nullptr) number = static_cast<double>(static_cast<float>(*number));
  return number;
}

std::optional<double> index_in(const std::vector<std::string>& words, const std::string& word) {
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) return std::nullopt;
  return static_cast<double>(at - words.begin());
}

std::optional<double> read_as_number(const RuleNames& names, const Key& key,
                                     const std::string& text) {
  switch (names.value_kind(key)) {
    case ValueKind::number:
      return read_number(names, key, text);
    case ValueKind::text:
      return 0.0;
    case ValueKind::word:
    case ValueKind::ordered_text:
      return index_in(names.words(key), text);
    case ValueKind::day: {
      const auto day = parse_day(text);
      return day ? std::optional<double>(day->number) : std::nullopt;
    }
    case ValueKind::yes_no: {
      const auto yes = parse_yes_no(text);
      return yes ? std::optional<double>(*yes ? 1 : 0) : std::nullopt;
    }
  }
  return std::nullopt;
}

bool is_text_kind(ValueKind kind) {
  return kind == ValueKind::text || kind == ValueKind::ordered_text;
}

bool is_bare_word(const Node& node, const char* word) {
  return node.kind == Node::Kind::scalar && !node.quoted && node.text == word;
}

std::string unknown_name(const RuleNames& names, const std::string& name) {
  const std::string near = names.nearest_to(name);
  const std::string message = fmt::format("unknown name \"{}\"", plain_line(name, 60));
  if (!near.empty()) return message + fmt::format("; did you mean \"{}\"?", near);
  return message + "; upselld features lists what rules may use";
}

}  // namespace

bool ConditionReader::fail(const Place& place, const std::string& message) {
  errors.push_back(error_at(place, message));
  return false;
}

Condition ConditionReader::read(const Node& map) {
  Condition condition;
  condition.place = map.place;
  if (map.kind != Node::Kind::map) {
    fail(map.place, "a test must be a map, such as {segment: dormant, decile: 10}");
    return condition;
  }
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    const Node::Entry& entry = map.entries[i];
    const auto same = [&](const Node::Entry& other) { return other.key == entry.key; };
    const auto here = map.entries.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find_if(map.entries.begin(), here, same) != here) {
      fail(entry.place, fmt::format("\"{}\" is repeated; all entries of a test must hold, so write "
                                    "one entry, or a list of values",
                                    plain_line(entry.key, 60)));
      continue;
    }
    condition.clauses.push_back(read_clause(entry));
  }
  return condition;
}

Clause ConditionReader::read_clause(const Node::Entry& entry) {
  Clause clause;
  if (entry.key == "any") {
    clause.kind = Clause::Kind::any;
    if (entry.value.kind != Node::Kind::list || entry.value.items.empty()) {
      fail(entry.place, "any must be a list of maps, such as [{band: high}, {decile: 10}]");
    }
    for (const Node& item : entry.value.items) clause.parts.push_back(read(item));
    return clause;
  }
  if (entry.key == "not") {
    clause.kind = Clause::Kind::none;
    clause.parts.push_back(read(entry.value));
    return clause;
  }
  const auto key = names.find(entry.key);
  if (!key) {
    fail(entry.place, unknown_name(names, entry.key));
    return clause;
  }
  clause.test = read_test(*key, entry);
  return clause;
}

Test ConditionReader::read_test(const Key& key, const Node::Entry& entry) {
  Test test{.key = key,
            .numbers = {},
            .texts = {},
            .from = -kInfinity,
            .below = kInfinity,
            .place = entry.place};
  const Node& value = entry.value;
  if (is_bare_word(value, "missing")) {
    test.kind = Test::Kind::missing;
  } else if (is_bare_word(value, "known")) {
    test.kind = Test::Kind::known;
  } else if (value.kind == Node::Kind::map) {
    read_range(test, entry);
  } else {
    test.kind = Test::Kind::one_of;
    read_words(test, value, entry.key);
  }
  return test;
}

void ConditionReader::read_words(Test& test, const Node& value, const std::string& name) {
  if (value.kind == Node::Kind::null || (value.kind == Node::Kind::list && value.items.empty())) {
    fail(test.place, fmt::format("{} has no value to compare with", name));
    return;
  }
  const auto add = [&](const Node& literal) {
    double number = 0;
    std::string text;
    if (!read_literal(test.key, literal, name, number, text)) return;
    if (is_text_kind(names.value_kind(test.key))) {
      test.texts.push_back(std::move(text));
    } else {
      test.numbers.push_back(number);
    }
  };
  if (value.kind == Node::Kind::scalar) add(value);
  for (const Node& item : value.items) add(item);
}

bool ConditionReader::read_literal(const Key& key, const Node& literal, const std::string& name,
                                   double& number, std::string& text) {
  const std::string asked = kind_words(names, key);
  if (literal.kind != Node::Kind::scalar) {
    return fail(literal.place,
                fmt::format("{} is compared with {}, not with a map or list", name, asked));
  }
  const auto read = read_as_number(names, key, literal.text);
  if (!read) {
    const FeatureInfo* feature = names.feature(key);
    if (feature != nullptr && feature->kind == FeatureInfo::Kind::category) {
      return fail(literal.place,
                  fmt::format("{} is a category of the model: only missing and known "
                              "can be tested",
                              name));
    }
    const std::string near = nearest(literal.text, names.words(key));
    return fail(literal.place,
                fmt::format("{} is {}, not {}{}", name, asked, shown(literal),
                            near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  number = *read;
  text = literal.text;
  return true;
}

void ConditionReader::read_range(Test& test, const Node::Entry& entry) {
  static const std::vector<std::string> kWords = {"from", "below", "top", "bottom"};
  test.kind = Test::Kind::range;
  const ValueKind kind = names.value_kind(test.key);
  if (entry.value.entries.empty()) {
    fail(entry.place, fmt::format("{} has no value to compare with", entry.key));
  }
  for (const Node::Entry& bound : entry.value.entries) {
    if (bound.key == "top" || bound.key == "bottom") {
      const auto share = parse_share(bound.value.text);
      if (!shares_allowed) {
        fail(bound.place,
             fmt::format("{{{}}} may stand only in tags and bands; make a tag of it", bound.key));
      } else if (kind != ValueKind::number || entry.value.entries.size() != 1) {
        fail(bound.place, fmt::format("{{{}}} stands alone and ranks numbers", bound.key));
      } else if (!share || *share <= 0 || *share >= 1) {
        fail(bound.place,
             fmt::format("{} must be a share such as 20%, not {}", bound.key, shown(bound.value)));
      } else {
        test.kind = bound.key == "top" ? Test::Kind::top : Test::Kind::bottom;
        test.share = *share;
        test.cut = cut_count++;
      }
      continue;
    }
    if (bound.key != "from" && bound.key != "below") {
      const std::string near = nearest(bound.key, kWords);
      fail(bound.place, fmt::format("unknown test \"{}\"{}", plain_line(bound.key, 60),
                                    near.empty() ? "; write {from: x, below: y}"
                                                 : fmt::format("; did you mean \"{}\"?", near)));
      continue;
    }
    if (kind == ValueKind::text || kind == ValueKind::yes_no || kind == ValueKind::word) {
      fail(bound.place, fmt::format("{} has no order: write one value or a list", entry.key));
      continue;
    }
    std::string text;
    read_literal(test.key, bound.value, entry.key, bound.key == "from" ? test.from : test.below,
                 text);
  }
  if (test.kind == Test::Kind::range && test.from >= test.below) {
    fail(entry.place, fmt::format("{}: nothing lies between from and below; from is included, "
                                  "below is not",
                                  entry.key));
  }
}

bool read_given(const Node::Entry& entry, const RuleNames& names, Literal& literal,
                std::vector<Error>& errors) {
  const auto key = names.find(entry.key);
  if (!key) {
    errors.push_back(error_at(entry.place, unknown_name(names, entry.key)));
    return false;
  }
  literal.key = *key;
  if (is_bare_word(entry.value, "missing")) {
    literal.known = false;
    return true;
  }
  const auto number = entry.value.kind == Node::Kind::scalar
                          ? read_as_number(names, *key, entry.value.text)
                          : std::nullopt;
  if (!number) {
    errors.push_back(error_at(
        entry.place,
        fmt::format("{} is {}, not {}", entry.key, kind_words(names, *key), shown(entry.value))));
    return false;
  }
  literal.number = *number;
  literal.text = entry.value.text;
  return true;
}

}  // namespace upselld::playbook
