// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/result.h"
#include "core/settings.h"
#include "daemon/commands.h"
#include "daemon/settings.h"
#include "plugins/loader.h"
#include "store/records.h"

namespace upselld::daemon {

// The playbook's text as it was read, and what it parses to.
struct PlaybookText {
  std::string file;  // as places name it; empty: none is configured
  std::string text;
  Node root;
};

// What a connection brings, as its plugin reads the settings of it.
struct ConnectionShape {
  std::vector<AttributeSpec> attributes;
  std::optional<store::Join> join;  // brings events for another connection's accounts
};

// Settings and playbook as they were read and checked together, with the plugins that they name.
// Nothing in it changes: any number of threads may read one.
struct Config {
  DaemonSettings settings;
  std::string settings_text;
  Node settings_root;
  PlaybookText playbook;
  plugins::PluginSet plugins;
  std::vector<ConnectionShape> shapes;  // of settings.connections, in the same order

  // Reads both files and loads the plugins. All findings of a wrong settings file are in the one
  // message, a line each. Rules are checked against the data they are about, later.
  // Shared: a service replaces it as a whole when it reads its files anew, while requests and
  // cycles that began with the former one go on with that.
  static Result<std::shared_ptr<const Config>> load(const Invocation& invocation);
};

// ./upselld.yaml, then /etc/upselld/upselld.yaml, when nothing was named.
Result<std::filesystem::path> settings_file(const Invocation& invocation);
// The plugins of this installation.
Result<plugins::PluginSet> installed_plugins();

// Findings as one error, a line each.
Error joined(const std::vector<Error>& findings);

}  // namespace upselld::daemon
