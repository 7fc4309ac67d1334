// SPDX-License-Identifier: Apache-2.0
#include "core/settings_parse.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/assertions.h"
#include "core/number_text.h"
#include "core/time_zone.h"

namespace upselld {

namespace {

constexpr std::size_t kShownBytesMax = 60;

std::vector<std::string> words_of(const Setting& setting) {
  return {setting.words.begin(), setting.words.end()};
}

std::string limit_text(const Setting& setting, double limit) {
  if (setting.kind == SettingKind::share) return shortest_text(limit * 100) + "%";
  if (setting.kind == SettingKind::duration) {
    return to_text(Duration{static_cast<std::int64_t>(limit)});
  }
  return shortest_text(limit);
}

std::optional<std::string> range_problem(const Setting& setting, const std::string& text,
                                         double value) {
  const bool is_share = setting.kind == SettingKind::share;
  const auto least = is_share && !setting.least ? std::optional<double>(0) : setting.least;
  const auto most = is_share && !setting.most ? std::optional<double>(1) : setting.most;
  if (least && value < *least) {
    return shown(text) + " is too little; at least " + limit_text(setting, *least);
  }
  if (most && value > *most) {
    return shown(text) + " is too much; at most " + limit_text(setting, *most);
  }
  return std::nullopt;
}

std::optional<std::string> word_problem(const Setting& setting, const std::string& text) {
  const std::vector<std::string> words = words_of(setting);
  if (std::find(words.begin(), words.end(), text) != words.end()) return std::nullopt;
  const std::string near = nearest(text, words);
  return "\"" + shown(text) + "\" is not " + kind_words(setting) +
         (near.empty() ? "" : "; did you mean \"" + near + "\"?");
}

// The value as a number, for the kinds that are one.
std::optional<double> measured(SettingKind kind, const std::string& text) {
  if (kind == SettingKind::share) return parse_share(text);
  if (kind == SettingKind::number) return parse_number(text);
  if (kind == SettingKind::duration) {
    const auto duration = parse_duration(text);
    return duration ? std::optional<double>(static_cast<double>(duration->ms)) : std::nullopt;
  }
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, whole);
  if (text.empty() || done.ec != std::errc() || done.ptr != end) return std::nullopt;
  return static_cast<double>(whole);
}

}  // namespace

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytesMax) return std::string(text);
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string kind_words(const Setting& setting) {
  switch (setting.kind) {
    case SettingKind::text:
      return "a text";
    case SettingKind::word: {
      std::string list = "one of ";
      for (std::size_t i = 0; i < setting.words.size(); ++i) {
        list += (i == 0 ? "" : " | ") + std::string(setting.words[i]);
      }
      return list;
    }
    case SettingKind::yes_no:
      return "yes or no";
    case SettingKind::integer:
      return "a whole number";
    case SettingKind::number:
      return "a number";
    case SettingKind::share:
      return "a share such as 10%";
    case SettingKind::duration:
      return "a duration such as 90d, 24h or 15m";
    case SettingKind::path:
      return "a path";
    case SettingKind::secret:
      return "a secret";
    case SettingKind::text_list:
      return "a text or a list of texts";
    case SettingKind::group:
      return "a map";
    case SettingKind::group_list:
      return "a list of maps";
    case SettingKind::free_map:
      return "a map";
    case SettingKind::node:
      return "anything";
  }
  UPSELLD_ASSERT(false);
  return {};
}

std::optional<std::string> scalar_problem(const Setting& setting, const std::string& text) {
  const auto not_of_kind = [&] { return "\"" + shown(text) + "\" is not " + kind_words(setting); };
  switch (setting.kind) {
    case SettingKind::word:
      return word_problem(setting, text);
    case SettingKind::yes_no:
      if (!parse_yes_no(text)) return not_of_kind();
      return std::nullopt;
    case SettingKind::integer:
    case SettingKind::number:
    case SettingKind::share:
    case SettingKind::duration: {
      const auto value = measured(setting.kind, text);
      if (!value) return not_of_kind();
      return range_problem(setting, text, *value);
    }
    case SettingKind::path:
      if (text.empty()) return "the path is empty";
      return std::nullopt;
    case SettingKind::text:
    case SettingKind::secret:
    case SettingKind::text_list:
    case SettingKind::group:
    case SettingKind::group_list:
    case SettingKind::free_map:
    case SettingKind::node:
      return std::nullopt;
  }
  UPSELLD_ASSERT(false);
  return std::nullopt;
}

}  // namespace upselld
