// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_sample.h"

#include <algorithm>
#include <string_view>

#include "core/assertions.h"
#include "daemon/settings_tables.h"

namespace upselld::daemon {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kLineBytesMax = 100;
// Sections stand at most this deep, so help is wrapped as if every line stood there.
constexpr std::size_t kIndentMax = 13;

constexpr const char* kIntroduction =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# upselld.yaml: where data comes from, when it runs, how far it may go. This file explains "
    "every\n"
    "# option; a real one is ten lines long. Lines of the form \"#key: value\" are optional: they "
    "show\n"
    "# the default, or a word in capitals where there is none. Remove the \"#\" to change one. Of "
    "the\n"
    "# connections all but the first are commented out as a whole. Durations are 90d, 24h, 15m; "
    "shares\n"
    "# are 10%; secrets are {file: PATH}, {credential: NAME} or {env: NAME}. Made from the "
    "program's own\n"
    "# tables by: upselld sample-config\n";

constexpr const char* kPlaybookIntroduction =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# playbook.yaml: who is told what. This file explains every key; a real one is twenty lines\n"
    "# long, and an empty one gives accounts segments, tags and bands. All keys are optional: "
    "lines\n"
    "# of the form \"#key: value\" show the default, or a word in capitals where there is none. "
    "Remove\n"
    "# the \"#\" to change one. Durations are 90d, 24h; shares are 10%. Made from the program's "
    "own\n"
    "# tables by: upselld sample-config --playbook\n";

void add_help(const std::string& help, Lines& lines) {
  constexpr std::size_t kWidth = kLineBytesMax - kIndentMax;
  std::string line = "#";
  std::size_t at = 0;
  while (at < help.size()) {
    const std::size_t end = std::min(help.find(' ', at), help.size());
    const std::string word = help.substr(at, end - at);
    if (line.size() > 1 && line.size() + 1 + word.size() > kWidth) {
      lines.push_back(line);
      line = "#";
    }
    line += " " + word;
    at = end + 1;
  }
  if (line.size() > 1) lines.push_back(line);
}

// A text that YAML would read otherwise gets quotes.
std::string quoted_where_needed(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '.' || c == ' ' || c == '-' || c == '@';
  };
  const bool plain_start = !text.empty() && is_plain(text[0]) && text[0] != ' ' && text[0] != '-';
  // A colon between digits, as in "at 05:00", is no separator.
  const bool plain = plain_start && std::all_of(text.begin(), text.end(), [&](char c) {
                       return is_plain(c) || (c == ':' && text.find(": ") == std::string::npos);
                     });
  if (plain && text.back() != ':') return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string placeholder(SettingKind kind) {
  switch (kind) {
    case SettingKind::text:
      return "TEXT";
    case SettingKind::word:
      return "WORD";
    case SettingKind::yes_no:
      return "no";
    case SettingKind::integer:
    case SettingKind::number:
      return "NUMBER";
    case SettingKind::share:
      return "SHARE";
    case SettingKind::duration:
      return "DURATION";
    case SettingKind::path:
      return "PATH";
    case SettingKind::secret:
      return "{file: PATH}";
    case SettingKind::text_list:
      return "[TEXT]";
    case SettingKind::group:
    case SettingKind::group_list:
    case SettingKind::free_map:
      return "{}";
    case SettingKind::node:
      return "VALUE";
  }
  UPSELLD_ASSERT(false);
  return {};
}

std::string value_of(const Setting& setting) {
  if (setting.default_text == nullptr) return placeholder(setting.kind);
  const bool is_text = setting.kind == SettingKind::text || setting.kind == SettingKind::word ||
                       setting.kind == SettingKind::path;
  return is_text ? quoted_where_needed(setting.default_text) : setting.default_text;
}

std::string words_of(const Setting& setting) {
  std::string words;
  for (const char* word : setting.words)
    words += (words.empty() ? "  # " : " | ") + std::string(word);
  return words;
}

Lines table_lines(const SettingTable& table);

// The option itself, without its help.
Lines option_lines(const Setting& setting) {
  const std::string name = setting.name;
  // Groups with a default of their own are shown by it: their parts only make sense together.
  if (setting.group == nullptr || setting.default_text != nullptr) {
    return {name + ": " + value_of(setting) + words_of(setting)};
  }
  Lines lines = {name + ":"};
  const bool is_list = setting.kind == SettingKind::group_list;
  if (setting.kind == SettingKind::free_map) lines.emplace_back("  NAME:");
  if (is_list) lines.emplace_back("  -");
  const std::string indent = is_list || setting.kind == SettingKind::free_map ? "    " : "  ";
  for (const std::string& line : table_lines(*setting.group)) lines.push_back(indent + line);
  return lines;
}

Lines table_lines(const SettingTable& table) {
  Lines lines;
  for (const Setting& setting : table.settings) {
    add_help(setting.help, lines);
    for (const std::string& line : option_lines(setting)) {
      lines.push_back(setting.required ? line : "#" + line);
    }
  }
  return lines;
}

// `plugin:` with its name is the one option that a connection must have.
Lines connection_lines(const PluginHelp& plugin) {
  SettingTable table = connection_table();
  for (Setting& setting : table.settings) {
    if (std::string_view(setting.name) == "plugin") setting.default_text = plugin.name.c_str();
  }
  table.settings.insert(table.settings.end(), plugin.table->settings.begin(),
                        plugin.table->settings.end());
  Lines lines = {plugin.name + ":"};
  for (const std::string& line : table_lines(table)) lines.push_back("  " + line);
  return lines;
}

Lines commented_out(const Lines& lines) {
  Lines out;
  for (const std::string& line : lines) out.push_back("#" + line);
  return out;
}

std::string joined(const Lines& lines, const std::string& indent) {
  std::string text;
  for (const std::string& line : lines) text += indent + line + "\n";
  return text;
}

}  // namespace

std::string sample_config(const std::vector<PluginHelp>& plugins) {
  std::string text = kIntroduction;
  for (const Setting& setting : root_table().settings) {
    text += "\n";
    if (std::string_view(setting.name) != "connections") {
      text += joined(table_lines({{setting}}), "");
      continue;
    }
    Lines help;
    add_help(setting.help, help);
    text += joined(help, "") + "connections:\n";
    bool is_first = true;
    for (const PluginHelp& plugin : plugins) {
      const Lines lines = connection_lines(plugin);
      text += "\n  # " + plugin.summary + "\n";
      text += joined(is_first ? lines : commented_out(lines), "  ");
      is_first = false;
    }
  }
  return text;
}

std::string sample_playbook(const SettingTable& table) {
  std::string text = kPlaybookIntroduction;
  for (const Setting& setting : table.settings) text += "\n" + joined(table_lines({{setting}}), "");
  return text;
}

}  // namespace upselld::daemon
