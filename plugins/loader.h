// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "plugins/connector.h"

namespace upselld::plugins {

// Where this program's plugins stand: `../lib/upselld` beside the folder of the program itself,
// never the working folder. Empty when there is no such folder.
std::vector<std::filesystem::path> plugin_folders();

// The connectors this process can make. Shared objects are never unloaded: descriptors and what
// they made stay valid until the process ends. Filled once by one thread, then read by any.
class PluginSet {
 public:
  // Loads every *.so of the folders, in the order of their names, that exports a connector; other
  // libraries there are passed over. `built_in` come first. A folder or file that others than root
  // or this user may write, another contract or build (the abi tag), a name that occurs twice:
  // forbidden or invalid_config, naming file and remedy; nothing is loaded after that.
  static Result<PluginSet> load(std::span<const std::filesystem::path> folders,
                                std::span<const ConnectorDescriptor* const> built_in = {});

  // nullptr: there is none of that name.
  const ConnectorDescriptor* find(std::string_view name) const;
  std::vector<const ConnectorDescriptor*> list() const;  // by name
  // The file a plugin came from; empty for built-in ones.
  std::filesystem::path file_of(std::string_view name) const;

 private:
  struct Entry {
    const ConnectorDescriptor* descriptor = nullptr;
    std::filesystem::path file;
  };
  Result<void> add(const ConnectorDescriptor* descriptor, const std::filesystem::path& file);
  Result<void> load_file(const std::filesystem::path& file);
  std::map<std::string, Entry, std::less<>> entries_;
};

// Makes a connector and wraps it: whatever it throws becomes an Error that names plugin and verb,
// and every promise of connector.h is checked at each call (see plugins/adaptor.h).
Result<std::unique_ptr<Connector>> create_checked(const ConnectorDescriptor& descriptor, Host& host,
                                                  const ConnectorContext& context,
                                                  const Settings& settings);

// descriptor.attributes(settings) with the same care; no attributes where the plugin has none.
Result<std::vector<AttributeSpec>> attributes_checked(const ConnectorDescriptor& descriptor,
                                                      const Settings& settings);

}  // namespace upselld::plugins
