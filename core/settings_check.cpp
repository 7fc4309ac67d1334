// SPDX-License-Identifier: Apache-2.0
#include "core/settings_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/assertions.h"
#include "core/settings_parse.h"

namespace upselld {

namespace {

// Walks a map and its table together and collects what does not fit.
class Checker {
 public:
  // `name`: of what it stands under; empty where nobody knows.
  void check_map(const Node& map, const SettingTable& table, const std::string& name) {
    if (map.kind != Node::Kind::map && map.kind != Node::Kind::null) {
      add(map.place, (name.empty() ? "this" : shown(name)) + " must be a map of options, such as " +
                         example_of(table));
      return;
    }
    check_repeats(map);
    for (const Node::Entry& entry : map.entries) {
      if (const Setting* setting = find(table, entry.key)) {
        check_value(*setting, entry.value, entry.place);
      } else {
        add(entry.place, unknown_key(entry.key, table));
      }
    }
    for (const Setting& setting : table.settings) {
      if (setting.required && map.find(setting.name) == nullptr) {
        add(map.place, std::string(setting.name) + " is missing");
      }
    }
  }

  std::vector<Finding> take() { return std::move(findings_); }

 private:
  void add(const Place& place, const std::string& message) {
    findings_.push_back({place, message});
  }

  // What must stand there, else one option with its default.
  static std::string example_of(const SettingTable& table) {
    std::string parts;
    const Setting* usual = nullptr;
    for (const Setting& setting : table.settings) {
      if (setting.required)
        parts += (parts.empty() ? "" : ", ") + std::string(setting.name) + ": ...";
      if (usual == nullptr && setting.default_text != nullptr) usual = &setting;
    }
    if (parts.empty() && usual != nullptr) {
      parts = std::string(usual->name) + ": " + usual->default_text;
    } else if (parts.empty() && !table.settings.empty()) {
      parts = std::string(table.settings.front().name) + ": ...";
    }
    return "{" + parts + "}";
  }

  static const Setting* find(const SettingTable& table, const std::string& name) {
    for (const Setting& setting : table.settings) {
      if (name == setting.name) return &setting;
    }
    return nullptr;
  }

  static std::string unknown_key(const std::string& key, const SettingTable& table) {
    std::vector<std::string> names;
    for (const Setting& setting : table.settings) names.emplace_back(setting.name);
    const std::string near = nearest(key, names);
    std::string message = "unknown key \"" + shown(key) + "\"";
    if (!near.empty()) return message + "; did you mean \"" + near + "\"?";
    message += "; known here: ";
    for (std::size_t i = 0; i < names.size(); ++i) message += (i == 0 ? "" : ", ") + names[i];
    return message;
  }

  void check_repeats(const Node& map) {
    for (std::size_t i = 0; i < map.entries.size(); ++i) {
      const Node::Entry& entry = map.entries[i];
      const auto first =
          std::find_if(map.entries.begin(), map.entries.end(),
                       [&](const Node::Entry& other) { return other.key == entry.key; });
      if (first != map.entries.begin() + static_cast<std::ptrdiff_t>(i)) {
        add(entry.place, "key \"" + shown(entry.key) +
                             "\" is repeated; it stands already in line " +
                             std::to_string(first->place.line));
      }
    }
  }

  void check_value(const Setting& setting, const Node& value, const Place& place) {
    switch (setting.kind) {
      case SettingKind::node:
        return;
      case SettingKind::group:
        UPSELLD_ASSERT(setting.group != nullptr);
        check_map(value, *setting.group, setting.name);
        return;
      case SettingKind::group_list:
        check_group_list(setting, value, place);
        return;
      case SettingKind::free_map:
        check_free_map(setting, value, place);
        return;
      case SettingKind::text_list:
        check_text_list(setting, value, place);
        return;
      case SettingKind::secret:
        check_secret(setting, value, place);
        return;
      case SettingKind::text:
      case SettingKind::word:
      case SettingKind::yes_no:
      case SettingKind::integer:
      case SettingKind::number:
      case SettingKind::share:
      case SettingKind::duration:
      case SettingKind::path:
        check_scalar(setting, value, place);
        return;
    }
    UPSELLD_ASSERT(false);
  }

  void check_scalar(const Setting& setting, const Node& value, const Place& place) {
    if (value.kind == Node::Kind::null) {
      add(place, std::string(setting.name) + " has no value; give one or remove the line");
    } else if (value.kind != Node::Kind::scalar) {
      add(place, std::string(setting.name) + " must be " + kind_words(setting) + ", not a " +
                     (value.kind == Node::Kind::map ? "map" : "list"));
    } else if (const auto wrong = scalar_problem(setting, value.text)) {
      add(place, std::string(setting.name) + ": " + *wrong);
    }
  }

  void check_group_list(const Setting& setting, const Node& value, const Place& place) {
    UPSELLD_ASSERT(setting.group != nullptr);
    if (value.kind != Node::Kind::list) {
      add(place,
          std::string(setting.name) + " must be a list of maps (lines that begin with \"-\")");
      return;
    }
    for (const Node& item : value.items) {
      check_map(item, *setting.group, "each of " + std::string(setting.name));
    }
  }

  void check_free_map(const Setting& setting, const Node& value, const Place& place) {
    if (value.kind == Node::Kind::null) return;
    if (value.kind != Node::Kind::map) {
      add(place, std::string(setting.name) + " must be a map");
      return;
    }
    check_repeats(value);
    if (setting.group == nullptr) return;
    for (const Node::Entry& entry : value.entries) {
      check_map(entry.value, *setting.group, entry.key);
    }
  }

  void check_text_list(const Setting& setting, const Node& value, const Place& place) {
    const auto is_text = [](const Node& node) { return node.kind == Node::Kind::scalar; };
    const bool good =
        is_text(value) || (value.kind == Node::Kind::list &&
                           std::all_of(value.items.begin(), value.items.end(), is_text));
    if (!good) add(place, std::string(setting.name) + " must be a text or a list of texts");
  }

  void check_secret(const Setting& setting, const Node& value, const Place& place) {
    const std::string name = setting.name;
    if (value.kind != Node::Kind::map) {
      add(place, name +
                     ": a secret never stands here itself; write {file: PATH}, "
                     "{credential: NAME} or {env: NAME}");
      return;
    }
    const bool one = value.entries.size() == 1 &&
                     value.entries[0].value.kind == Node::Kind::scalar &&
                     !value.entries[0].value.text.empty();
    const std::string key = one ? value.entries[0].key : "";
    if (key != "file" && key != "credential" && key != "env") {
      add(place, name + ": write exactly one of {file: PATH}, {credential: NAME} or {env: NAME}");
    }
  }

  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> find_problems(const Node& map, const SettingTable& table) {
  Checker checker;
  checker.check_map(map, table, "");
  return checker.take();
}

std::vector<Error> errors_in_file_order(std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.place.line < b.place.line; });
  std::vector<Error> errors;
  for (const Finding& finding : findings)
    errors.push_back(error_at(finding.place, finding.message));
  return errors;
}

std::vector<Error> check(const Node& map, const SettingTable& table) {
  return errors_in_file_order(find_problems(map, table));
}

}  // namespace upselld
