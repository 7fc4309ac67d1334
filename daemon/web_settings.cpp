// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string_view>

#include "daemon/settings_tables.h"
#include "daemon/web_routes.h"

namespace upselld::daemon {
namespace {

constexpr const char* kSecretText = "<secret>";

// {file:}, {credential:} and {env:} lead to a secret.
bool is_secret(const Node& node) {
  if (node.kind != Node::Kind::map || node.entries.size() != 1) return false;
  const std::string& key = node.entries.front().key;
  return key == "file" || key == "credential" || key == "env";
}

// As it is written in YAML, in one line.
std::string text_of_node(const Node& node) {
  if (is_secret(node)) return kSecretText;
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "";
    case Node::Kind::scalar:
      return node.text;
    case Node::Kind::list:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + text_of_node(item);
      return "[" + text + "]";
    case Node::Kind::map:
      for (const Node::Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + ": " + text_of_node(entry.value);
      }
      return "{" + text + "}";
  }
  return "";
}

// One row for each option, with its value and where that comes from.
class Rows {
 public:
  void add_table(const std::string& prefix, const SettingTable& table, const Node* map) {
    for (const Setting& setting : table.settings) {
      const Node* node = map == nullptr ? nullptr : map->find(setting.name);
      add(prefix + setting.name, setting, node);
    }
  }
  Json take() { return std::move(rows_); }

 private:
  void add(const std::string& name, const Setting& setting, const Node* node) {
    const bool is_group = setting.kind == SettingKind::group && setting.group != nullptr;
    const bool is_map = node == nullptr || node->kind == Node::Kind::map;
    if (is_group && is_map) return add_table(name + ".", *setting.group, node);
    Json row = {{"name", name}, {"help", setting.help}};
    if (node != nullptr) {
      const bool hides = setting.kind == SettingKind::secret;
      row["value"] = hides ? kSecretText : text_of_node(*node);
      row["from"] = to_text(node->place);
    } else {
      row["value"] = setting.default_text == nullptr ? Json() : Json(setting.default_text);
      row["from"] = setting.default_text == nullptr ? "not set" : "default";
    }
    rows_.push_back(std::move(row));
  }

  Json rows_ = Json::array();
};

}  // namespace

Result<WebAnswer> settings_page(const WebContext& context) {
  const App& app = context.app;
  Rows rows;
  SettingTable table = root_table();
  std::erase_if(table.settings, [](const Setting& setting) {
    return std::string_view(setting.name) == "connections";
  });
  rows.add_table("", table, &app.config()->settings_root);
  for (const ConnectionSettings& connection : app.settings().connections) {
    const std::string prefix = "connections." + connection.name + ".";
    SettingTable both = connection_table();
    const auto& own = connection.plugin_table->settings;
    both.settings.insert(both.settings.end(), own.begin(), own.end());
    rows.add_table(prefix, both, &connection.map);
  }
  return json_answer({{"file", app.settings().file.string()},
                      {"state", app.settings().state.string()},
                      {"playbook_file", app.playbook().file},
                      {"playbook", app.playbook().text},
                      {"rows", rows.take()}});
}

}  // namespace upselld::daemon
