// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <string>

#include "core/file_io.h"
#include "daemon/settings.h"
#include "daemon/settings_sample.h"
#include "daemon/settings_tables.h"
#include "daemon/yaml_file.h"
#include "playbook/playbook.h"
#include "playbook/settings_tables.h"
#include "plugins/files/files.h"
#include "plugins/hubspot/hubspot.h"
#include "plugins/salesforce/salesforce.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

const std::filesystem::path kConfig = std::filesystem::path(UPSELLD_SOURCE_DIR) / "config";

// All that the package brings, in the order in which they are found.
std::vector<PluginHelp> of_the_package() {
  std::vector<PluginHelp> all;
  for (const ConnectorDescriptor* one :
       {&plugins::files_descriptor(), &plugins::hubspot_descriptor(),
        &plugins::salesforce_descriptor()}) {
    all.push_back({one->name, one->summary, one->settings});
  }
  return all;
}

PluginTables tables_of(const std::vector<PluginHelp>& plugins) {
  PluginTables tables;
  for (const PluginHelp& plugin : plugins) tables[plugin.name] = plugin.table;
  return tables;
}

void check_file(const char* name, const std::string& made, const char* how) {
  const auto bytes = read_file(kConfig / name, 4 * 1024 * 1024);
  REQUIRE(bytes);
  INFO("config/" << name << " is not what the tables give; regenerate it with: " << how
                 << " (a program that finds the plugins of the package, and no others)");
  CHECK((*bytes == made));
}

// The text as it is when somebody removes the marks before optional lines: all of them, or only
// those at `indent`, where connections are commented out as a whole.
std::string without_marks(const std::string& text, const std::string& indent) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line); out += line + "\n") {
    std::size_t at = indent.empty() ? line.find_first_not_of(' ') : indent.size();
    if (at == std::string::npos || !line.starts_with(indent)) continue;
    while (line.compare(at, 3, "#  ") == 0) {
      line.erase(at, 1);
      if (!indent.empty()) break;
      at = line.find_first_not_of(' ', at);
    }
    const bool is_option = line.size() > at + 1 && line[at] == '#' && line[at + 1] != ' ';
    if (is_option && (indent.empty() || line.back() == ':')) line.erase(at, 1);
  }
  return out;
}

// How many defaults of single values were found to be told as the table has them.
int check_defaults(const Node& map, const SettingTable& table) {
  int count = 0;
  for (const Setting& setting : table.settings) {
    const Node* value = map.find(setting.name);
    CAPTURE(setting.name);
    REQUIRE(value != nullptr);
    if (setting.kind == SettingKind::group && setting.default_text == nullptr) {
      count += check_defaults(*value, *setting.group);
    } else if (value->kind == Node::Kind::scalar && setting.default_text != nullptr) {
      CHECK(value->text == setting.default_text);
      ++count;
    }
  }
  return count;
}

const SettingTable& leaf() {
  static const SettingTable table = {{
      {.name = "at", .required = true, .help = "When."},
      {.name = "sign", .default_text = ",", .help = "A sign."},
      {.name = "none", .default_text = "", .help = "Nothing."},
  }};
  return table;
}

}  // namespace

TEST_CASE("sample: the files in config/ are what the tables give") {
  check_file("upselld.yaml", sample_config(of_the_package()),
             "upselld sample-config > config/upselld.yaml");
  check_file("upselld.schema.json", config_schema(of_the_package()),
             "upselld sample-config --schema > config/upselld.schema.json");
  check_file("playbook.yaml", sample_playbook(playbook::playbook_table()),
             "upselld sample-config --playbook > config/playbook.yaml");
  check_file("playbook.schema.json", table_schema("upselld playbook", playbook::playbook_table()),
             "upselld sample-config --playbook-schema > config/playbook.schema.json");
}

TEST_CASE("sample: config/upselld.yaml loads as it stands") {
  const auto loaded = load_settings(kConfig / "upselld.yaml", tables_of(of_the_package()));
  for (const Error& error : loaded.findings) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.settings);
  CHECK(loaded.settings->connections.size() == 1);
}

TEST_CASE("sample: config/playbook.yaml loads as it stands, and tells every default") {
  const auto bytes = read_file(kConfig / "playbook.yaml", 4 * 1024 * 1024);
  REQUIRE(bytes);
  const auto written = parse_yaml(*bytes, "playbook.yaml");
  REQUIRE(written);
  CHECK(playbook::load(*written, {}).errors.empty());
  const auto whole = parse_yaml(without_marks(*bytes, ""), "playbook.yaml");
  if (!whole) FAIL(whole.error().message);
  CHECK(check_defaults(*whole, playbook::playbook_table()) > 20);
}

TEST_CASE("sample: config/upselld.yaml tells every default, as YAML reads it") {
  const auto whole = parse_yaml(without_marks(sample_config(of_the_package()), ""), "sample.yaml");
  if (!whole) FAIL(whole.error().message);
  CHECK(check_defaults(*whole, root_table()) > 20);
  for (const PluginHelp& plugin : of_the_package()) {
    const Node* connection = whole->find("connections")->find(plugin.name);
    REQUIRE(connection != nullptr);
    CHECK(connection->find("plugin")->text == plugin.name);
    CHECK(check_defaults(*connection, *plugin.table) > 0);
  }
}

TEST_CASE("sample: a connection that is commented out loads when the # before its lines is gone") {
  const std::string text = without_marks(sample_config(of_the_package()), "  ");
  const auto loaded = load_settings("sample.yaml", text, tables_of(of_the_package()));
  for (const Error& error : loaded.findings) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.settings);
  CHECK(loaded.settings->connections.size() == 3);
}

TEST_CASE("sample: lines are at most 100 columns and texts are quoted where they must be") {
  const SettingTable table = {{
      {.name = "items", .kind = SettingKind::group_list, .help = "Items.", .group = &leaf()},
      {.name = "named", .kind = SettingKind::free_map, .help = "Named.", .group = &leaf()},
      {.name = "key", .kind = SettingKind::secret, .required = true, .help = "A key."},
  }};
  const std::string text = sample_config({{"crm", "A CRM.", &table}});
  CHECK(text.find("\n    #items:\n    #  -\n    #    # When.\n    #    at: TEXT\n") !=
        std::string::npos);
  CHECK(text.find("\n    #    #sign: \",\"\n") != std::string::npos);
  CHECK(text.find("\n    #    #none: \"\"\n") != std::string::npos);
  CHECK(text.find("\n    #named:\n    #  NAME:\n    #    # When.\n") != std::string::npos);
  CHECK(text.find("\n    # A key.\n    key: {file: PATH}\n") != std::string::npos);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    CHECK(end - at <= 100);
    at = end + 1;
  }
}
