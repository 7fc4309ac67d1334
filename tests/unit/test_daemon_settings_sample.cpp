// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "core/file_io.h"
#include "daemon/settings.h"
#include "daemon/settings_sample.h"
#include "daemon/yaml_file.h"
#include "playbook/settings_tables.h"
#include "plugins/files/files.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

const std::filesystem::path kConfig = std::filesystem::path(UPSELLD_SOURCE_DIR) / "config";

std::vector<PluginHelp> built_in() {
  const ConnectorDescriptor& files = plugins::files_descriptor();
  return {{files.name, files.summary, files.settings}};
}

void check_file(const char* name, const std::string& made, const char* how) {
  const auto bytes = read_file(kConfig / name, 4 * 1024 * 1024);
  REQUIRE(bytes);
  INFO("config/" << name << " is not what the tables give; regenerate it with: " << how
                 << " (a program that finds no plugin but files)");
  CHECK((*bytes == made));
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
  check_file("upselld.yaml", sample_config(built_in()),
             "upselld sample-config > config/upselld.yaml");
  check_file("upselld.schema.json", config_schema(built_in()),
             "upselld sample-config --schema > config/upselld.schema.json");
  check_file("playbook.schema.json", table_schema("upselld playbook", playbook::playbook_table()),
             "upselld sample-config --playbook-schema > config/playbook.schema.json");
}

TEST_CASE("sample: config/upselld.yaml loads as it stands") {
  const auto loaded =
      load_settings(kConfig / "upselld.yaml", {{"files", plugins::files_descriptor().settings}});
  for (const Error& error : loaded.findings) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.settings);
  CHECK(loaded.settings->connections.size() == 1);
}

TEST_CASE("sample: every commented option reads as YAML when its first # is removed") {
  std::string text = sample_config(built_in());
  std::string uncommented;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    const std::size_t hash = line.find_first_not_of(' ');
    const bool is_option =
        hash != std::string::npos && line[hash] == '#' && line.compare(hash, 2, "# ") != 0;
    if (is_option) line.erase(hash, 1);
    uncommented += line + "\n";
    at = end + 1;
  }
  const auto root = parse_yaml(uncommented, "sample.yaml");
  if (!root) FAIL(root.error().message);
  CHECK(root->find("threads")->text == "0");
  CHECK(root->find("connections")->find("files")->find("write")->text == "nothing");
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
