// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/settings.h"

namespace upselld::daemon {

// One plugin, for the texts below.
struct PluginHelp {
  std::string name;
  std::string summary;
  const SettingTable* table = nullptr;
};

// config/upselld.yaml: every option with its help and default, optional ones commented out, and one
// connection per plugin, commented out as a whole but for the first.
std::string sample_config(const std::vector<PluginHelp>& plugins);

// config/playbook.yaml: the same of the playbook's keys.
std::string sample_playbook(const SettingTable& table);

// JSON schemas for editors: config/upselld.schema.json and config/playbook.schema.json.
std::string config_schema(const std::vector<PluginHelp>& plugins);
std::string table_schema(const std::string& title, const SettingTable& table);

}  // namespace upselld::daemon
