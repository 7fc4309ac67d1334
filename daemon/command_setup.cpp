// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/file_io.h"
#include "daemon/command_list.h"
#include "daemon/config.h"
#include "daemon/settings_sample.h"
#include "daemon/text_table.h"
#include "daemon/version.h"
#include "playbook/settings_tables.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// What a connection cannot do without: required options, and those of the usual way to log in.
// Their help begins with its name, and says "Without it" where they may be left out all the same.
std::vector<const Setting*> needed_of(const SettingTable& table) {
  std::string login;
  for (const Setting& setting : table.settings) {
    if (std::string_view(setting.name) != "auth" || setting.default_text == nullptr) continue;
    login = setting.default_text + std::string(": ");
  }
  std::vector<const Setting*> needed;
  for (const Setting& setting : table.settings) {
    const std::string_view help = setting.help;
    const bool is_for_login = !login.empty() && help.starts_with(login) &&
                              help.find("Without it") == std::string_view::npos;
    if (setting.required || is_for_login) needed.push_back(&setting);
  }
  return needed;
}

std::string short_settings(const std::string& plugin, const SettingTable& table) {
  std::string out =
      "# upselld.yaml: where data comes from. Every option: upselld sample-config\n"
      "time_zone: UTC\ncurrency: EUR\n\nconnections:\n  " +
      plugin + ":\n    plugin: " + plugin + "\n    write: nothing\n";
  for (const Setting* setting : needed_of(table)) {
    // Neither passes a check as long as nothing was filled in.
    const char* empty = setting->kind == SettingKind::secret ? " {file: }" : "";
    out += "    # " + std::string(setting->help) + "\n    " + setting->name + ":" + empty + "\n";
  }
  if (plugin == "files") {
    out +=
        "    # A file of order lines alone is enough: name its columns.\n"
        "    order_lines: {path: orders.csv, order: order_id, account: customer_id, at: "
        "ordered_at,\n"
        "                  product: product, quantity: quantity, unit_price: unit_price}\n";
  }
  return out +
         "\ntarget:\n  kind: larger_order\n  horizon: 60d\n\n"
         "# Pages of upselld run in a browser of this machine; a link: upselld dashboard\n"
         "web: {listen: 127.0.0.1:8710}\n";
}

// What a person does next with such a file.
std::string next_step(const std::string& plugin, const SettingTable& table,
                      const Invocation& invocation) {
  const std::string check =
      "upselld " + (invocation.config.empty() ? "" : "--config " + invocation.config + " ") +
      "check";
  if (plugin == "files") return "name your file and its columns there, then run: " + check;
  std::string names;
  for (const Setting* setting : needed_of(table)) {
    names += (names.empty() ? "" : ", ") + std::string(setting->name);
  }
  return names.empty() ? check : "fill in " + names + ", then run: " + check;
}

// An empty one, or none.
bool is_free(const fs::path& file) {
  std::error_code failed;
  return !fs::exists(file, failed) ||
         (fs::is_regular_file(file, failed) && fs::is_empty(file, failed));
}

}  // namespace

Result<int> init_command(const Invocation& invocation) {
  const auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  const std::string& name = invocation.arguments.front();
  const ConnectorDescriptor* plugin = plugins->find(name);
  if (plugin == nullptr) {
    std::string names;
    for (const ConnectorDescriptor* one : plugins->list()) {
      names += (names.empty() ? "" : ", ") + std::string(one->name);
    }
    return Error{ErrorKind::invalid_config, "there is no plugin " + name + "; found: " + names, {}};
  }
  const fs::path file =
      fs::absolute(invocation.config.empty() ? "upselld.yaml" : invocation.config);
  if (!is_free(file)) {
    return Error{ErrorKind::invalid_config, file.string() + " exists; it was left as it is", {}};
  }
  const auto written = write_file_atomically(file, short_settings(name, *plugin->settings), 0600);
  if (!written) return written.error();
  std::cout << "wrote " << file.string()
            << "\nnext: " << next_step(name, *plugin->settings, invocation) << "\n";
  return kDone;
}

Result<int> sample_config_command(const Invocation& invocation) {
  if (invocation.has("--playbook")) {
    std::cout << sample_playbook(playbook::playbook_table());
    return kDone;
  }
  if (invocation.has("--playbook-schema")) {
    std::cout << table_schema("upselld playbook", playbook::playbook_table());
    return kDone;
  }
  const auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  std::vector<PluginHelp> help;
  for (const bool is_built_in : {true, false}) {
    for (const ConnectorDescriptor* plugin : plugins->list()) {
      if (plugins->file_of(plugin->name).empty() != is_built_in) continue;
      help.push_back({plugin->name, plugin->summary, plugin->settings});
    }
  }
  std::cout << (invocation.has("--schema") ? config_schema(help) : sample_config(help));
  return kDone;
}

Result<int> plugins_command(const Invocation& invocation) {
  const auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  Json rows = Json::array();
  TextTable table({"PLUGIN", "WHAT", "FILE"});
  for (const ConnectorDescriptor* plugin : plugins->list()) {
    const std::string file = plugins->file_of(plugin->name).string();
    table.add({plugin->name, plugin->summary, file.empty() ? "built in" : file});
    rows.push_back({{"name", plugin->name}, {"summary", plugin->summary}, {"file", file}});
  }
  std::cout << (invocation.json ? Json({{"plugins", rows}}).dump(2) + "\n" : table.text());
  return kDone;
}

Result<int> version_command(const Invocation& invocation) {
  if (invocation.json) {
    const Json out = {{"version", kVersion},
                      {"decision_code", kDecisionCode},
                      {"connector_contract", kConnectorContract},
                      {"abi", abi::tag()}};
    std::cout << out.dump(2) << "\n";
  } else {
    std::cout << "upselld " << kVersion << "\nconnectors: " << abi::tag() << "\n";
  }
  return kDone;
}

}  // namespace upselld::daemon
