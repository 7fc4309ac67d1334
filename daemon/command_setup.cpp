// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/file_io.h"
#include "daemon/app.h"
#include "daemon/command_list.h"
#include "daemon/control_client.h"
#include "daemon/settings_sample.h"
#include "daemon/text_table.h"
#include "daemon/version.h"
#include "playbook/settings_tables.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string short_settings(const std::string& plugin, const SettingTable& table) {
  std::string out =
      "# upselld.yaml: where data comes from. Every option: upselld sample-config\n"
      "time_zone: UTC\ncurrency: EUR\n\nconnections:\n  " +
      plugin + ":\n    plugin: " + plugin + "\n    write: nothing\n";
  for (const Setting& setting : table.settings) {
    if (!setting.required) continue;
    out += "    # " + std::string(setting.help) + "\n    " + setting.name + ": \n";
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
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    return Error{ErrorKind::invalid_config, file.string() + " exists; it was left as it is", {}};
  }
  const auto written = write_file_atomically(file, short_settings(name, *plugin->settings), 0600);
  if (!written) return written.error();
  std::cout << "wrote " << file.string()
            << "\nnext: fill in what stands there, then run: upselld check\n";
  return kDone;
}

Result<int> sample_config_command(const Invocation& invocation) {
  if (invocation.has("--playbook-schema")) {
    std::cout << table_schema("upselld playbook", playbook::playbook_table());
    return kDone;
  }
  const auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  std::vector<PluginHelp> help;
  for (const ConnectorDescriptor* plugin : plugins->list()) {
    help.push_back({plugin->name, plugin->summary, plugin->settings});
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

Result<int> backup_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const fs::path target = fs::absolute(invocation.arguments.front());
  const auto copied = (*app)->database().copy_to(target);
  if (!copied) return in_context("backup to " + target.string(), copied.error());
  std::cout << "backup written to " << target.string() << "\n";
  return kDone;
}

namespace {

// A copy to take the store's place. Opened first, and brought to this version where it is older: a
// damaged or foreign file must not replace a store.
Result<void> copy_of_backup(const fs::path& source, const fs::path& incoming) {
  std::error_code failed;
  fs::copy_file(source, incoming, fs::copy_options::overwrite_existing, failed);
  if (failed)
    return Error{ErrorKind::io, "copy to " + incoming.string() + ": " + failed.message(), {}};
  const auto opened = store::Database::open(incoming, store::OpenMode::upgrade);
  std::error_code ignored;
  // What it was before the upgrade is the backup itself.
  fs::remove(incoming.string() + ".before-" + std::to_string(store::newest_version()), ignored);
  if (opened) return {};
  for (const char* tail : {"", "-wal", "-shm"}) fs::remove(incoming.string() + tail, ignored);
  return opened.error();
}

}  // namespace

Result<int> restore_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const auto turn = take_turn((*app)->settings().state, invocation.quiet);
  if (!turn) return turn.error();
  const auto lock = store::StateLock::acquire((*app)->settings().state, "upselld restore");
  if (!lock) return lock.error();
  const fs::path source = fs::absolute(invocation.arguments.front());
  const fs::path target = (*app)->database_path();
  const fs::path incoming = target.string() + ".restoring";
  if (const auto copied = copy_of_backup(source, incoming); !copied) {
    return in_context("restore " + source.string(), copied.error());
  }
  std::error_code failed;
  if (fs::exists(target)) {
    // What stood there stays beside it; its log belongs to it and goes along.
    fs::rename(target, target.string() + ".replaced", failed);
    for (const char* tail : {"-wal", "-shm"}) {
      std::error_code missing;
      fs::rename(target.string() + tail, target.string() + ".replaced" + tail, missing);
    }
  }
  if (!failed) fs::rename(incoming, target, failed);
  if (failed) {
    return Error{ErrorKind::io, "restore into " + target.string() + ": " + failed.message(), {}};
  }
  std::cout
      << "restored from " << source.string() << "; what stood there is " << target.string()
      << ".replaced\n"
      << "tasks made since the backup are unknown to it: their keys are found in the CRM, and\n"
      << "none is made twice on the same day; look at upselld plan before the next sync\n";
  return kDone;
}

}  // namespace upselld::daemon
