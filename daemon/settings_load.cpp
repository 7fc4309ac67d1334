// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "core/activity_name.h"
#include "daemon/service_places.h"
#include "daemon/settings.h"
#include "daemon/settings_tables.h"
#include "daemon/settings_values.h"
#include "daemon/yaml_file.h"

namespace upselld::daemon {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMemoryBytesMin = 64ULL << 20;
constexpr unsigned kThreadsByDefaultMax = 4;
constexpr std::size_t kInstanceBytesMax = 20;
constexpr std::size_t kPrefixBytesMax = 20;

const Node& empty_map() {
  static const Node node = [] {
    Node map;
    map.kind = Node::Kind::map;
    return map;
  }();
  return node;
}

// A group of the file, or an empty one, which gives the defaults.
Settings group_or_defaults(const Settings& settings, const char* name, const SettingTable& table) {
  if (auto group = settings.group(name)) return *group;
  for (const Setting& setting : table.settings) {
    if (setting.name == std::string_view(name)) return Settings(empty_map(), *setting.group);
  }
  UPSELLD_ASSERT(false && "the table has no such group");
  std::abort();
}

// The table of this very file: each connection is checked against its own plugin's options. Deques,
// because tables point to one another.
class FileTable {
 public:
  FileTable(const Node& root, const PluginTables& plugins) : table_(root_table()) {
    const Node* connections = root.find("connections");
    if (connections == nullptr || connections->kind != Node::Kind::map) return;
    SettingTable named;
    for (const Node::Entry& entry : connections->entries)
      named.settings.push_back(one(entry, plugins));
    tables_.push_back(std::move(named));
    for (Setting& setting : table_.settings) {
      if (std::string_view(setting.name) != "connections") continue;
      setting.kind = SettingKind::group;
      setting.group = &tables_.back();
    }
  }

  const SettingTable& get() const { return table_; }

 private:
  Setting one(const Node::Entry& entry, const PluginTables& plugins) {
    const Node* plugin = entry.value.find("plugin");
    const auto known = plugins.find(plugin == nullptr ? "" : plugin->text);
    Setting setting = {.name = entry.key.c_str()};
    if (plugin != nullptr && known == plugins.end()) {
      // Nobody can tell its keys; read_connection says that the plugin is missing.
      setting.kind = SettingKind::node;
      return setting;
    }
    SettingTable both = connection_table();
    if (known != plugins.end()) {
      const auto& own = known->second->settings;
      both.settings.insert(both.settings.end(), own.begin(), own.end());
    }
    tables_.push_back(std::move(both));
    setting.kind = SettingKind::group;
    setting.group = &tables_.back();
    return setting;
  }

  SettingTable table_;
  std::deque<SettingTable> tables_;
};

WriteLevel write_level(const std::string& word) {
  if (word == "fields") return WriteLevel::fields;
  if (word == "fields_and_tasks") return WriteLevel::fields_and_tasks;
  return WriteLevel::nothing;
}

bool is_prefix(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= kPrefixBytesMax && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

const SettingTable* plugin_table(const Settings& settings, const PluginTables& plugins,
                                 Findings& findings) {
  const std::string plugin = settings.text("plugin");
  const auto known = plugins.find(plugin);
  if (known != plugins.end()) return known->second;
  // That it is missing altogether has been found by the table.
  if (!settings.has("plugin")) return nullptr;
  std::string found;
  for (const auto& [name, table] : plugins) found += (found.empty() ? "" : ", ") + name;
  findings.push_back({settings.place("plugin"),
                      "no plugin \"" + plugin + "\"; found: " + (found.empty() ? "none" : found)});
  return nullptr;
}

void read_connections(const Settings& root, const PluginTables& plugins, DaemonSettings& out,
                      Findings& findings) {
  const Node* connections = root.node("connections");
  if (connections == nullptr) return;
  if (connections->kind == Node::Kind::null || connections->entries.empty()) {
    findings.push_back({root.place("connections"), "connections: there must be at least one"});
  }
  for (const Node::Entry& entry : connections->entries) {
    if (!is_activity_name(entry.key)) {
      findings.push_back({entry.place, "\"" + entry.key +
                                           "\" is no name for a connection; take small letters, "
                                           "digits and _"});
    }
    const Settings settings(entry.value, connection_table());
    ConnectionSettings connection;
    connection.name = entry.key;
    connection.plugin = settings.text("plugin");
    connection.plugin_table = plugin_table(settings, plugins, findings);
    connection.write = write_level(settings.text("write"));
    connection.api_budget = settings.share("api_budget");
    connection.ca_file = settings.path("ca_file");
    connection.prefix = settings.text("prefix");
    if (!is_prefix(connection.prefix)) {
      findings.push_back({settings.place("prefix"),
                          "prefix: take at most 20 letters, digits and _, a letter first"});
    }
    connection.refresh = settings.duration("refresh");
    const auto target = settings.group("target");
    connection.target = target ? read_target(*target, findings) : out.target;
    const auto schedule = settings.group("schedule");
    connection.schedule =
        schedule ? read_schedule(*schedule, out.schedule, findings) : out.schedule;
    connection.map = entry.value;
    out.connections.push_back(std::move(connection));
  }
}

// The service manager may name several folders; ours is the first.
fs::path state_folder(const Settings& root, const fs::path& file) {
  if (root.has("state")) return root.path("state");
  const char* given = std::getenv("STATE_DIRECTORY");
  if (given != nullptr && *given != '\0') {
    const std::string all = given;
    return all.substr(0, all.find(':'));
  }
  if (file == kServiceSettings) return kServiceState;
  return fs::path(file).replace_extension(".state");
}

void read_limits(const Settings& root, DaemonSettings& out, Findings& findings) {
  const auto memory = parse_size(root.text("memory"));
  if (!memory || *memory < kMemoryBytesMin) {
    findings.push_back({root.place("memory"), "memory: \"" + root.text("memory") +
                                                  "\" is no size of at least 64MiB, such as "
                                                  "256MiB or 1GiB"});
  }
  out.memory_bytes = memory.value_or(kMemoryBytesMin);
  const auto threads = static_cast<unsigned>(root.integer("threads"));
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  out.threads = threads > 0 ? threads : std::min(cores, kThreadsByDefaultMax);
}

void read_notify(const Settings& group, DaemonSettings& out, Findings& findings) {
  if (const Node* webhook = group.node("webhook")) out.notify_webhook = *webhook;
  out.notify_command = group.texts("command");
  if (group.has("webhook") && group.has("command")) {
    findings.push_back({group.place("command"), "write webhook or command, not both"});
  }
}

void read_names(const Settings& root, DaemonSettings& out, Findings& findings) {
  out.instance = root.text("instance");
  if (!is_activity_name(out.instance) || out.instance.size() > kInstanceBytesMax) {
    findings.push_back({root.place("instance"),
                        "instance: take at most 20 small letters, digits and _, a letter first"});
  }
  auto zone = TimeZone::load(root.text("time_zone"));
  if (zone) {
    out.zone = std::move(*zone);
  } else {
    findings.push_back({root.place("time_zone"), zone.error().message});
  }
}

DaemonSettings read_root(const Node& node, const fs::path& file, const PluginTables& plugins,
                         Findings& findings) {
  const SettingTable& table = root_table();
  const Settings root(node, table);
  const auto group = [&](const char* name) { return group_or_defaults(root, name, table); };
  DaemonSettings out;
  out.file = file;
  read_names(root, out, findings);
  out.currency = root.text("currency");
  out.currency_rates = read_rates(root, findings);
  out.playbook = root.path("playbook");
  out.state = state_folder(root, file);
  out.target = read_target(group("target"), findings);
  out.snapshots = read_snapshots(root, findings);
  out.features = read_features(group("features"), findings);
  out.money = read_money(group("money"));
  ScheduleSettings usual;
  usual.train = {Schedule::Kind::monthly, {}, 1, hours(5).ms};
  out.schedule = read_schedule(group("schedule"), usual, findings);
  out.stop_when = read_stop_when(group("stop_when"));
  read_notify(group("notify"), out, findings);
  out.web = read_web(group("web"), findings);
  out.retention = read_retention(group("retention"), findings);
  read_limits(root, out, findings);
  read_connections(root, plugins, out, findings);
  return out;
}

}  // namespace

const ConnectionSettings* DaemonSettings::connection(const std::string& name) const {
  for (const ConnectionSettings& connection : connections) {
    if (connection.name == name) return &connection;
  }
  return nullptr;
}

namespace {

LoadedSettings load_root(const fs::path& file, const Result<Node>& root,
                         const PluginTables& plugins) {
  LoadedSettings loaded;
  if (!root) {
    loaded.findings.push_back(root.error());
    return loaded;
  }
  if (root->entries.empty()) {
    const std::string remedy = "nothing stands in it; write a first one with: upselld init files";
    loaded.findings.push_back(error_at({file.string(), 0}, remedy));
    return loaded;
  }
  const FileTable table(*root, plugins);
  Findings findings = find_problems(*root, table.get());
  DaemonSettings settings = read_root(*root, file, plugins, findings);
  loaded.findings = errors_in_file_order(std::move(findings));
  if (loaded.findings.empty()) loaded.settings = std::move(settings);
  return loaded;
}

}  // namespace

LoadedSettings load_settings(const std::filesystem::path& path, const PluginTables& plugins) {
  const fs::path file = fs::absolute(path).lexically_normal();
  return load_root(file, read_yaml_file(file), plugins);
}

LoadedSettings load_settings(const std::filesystem::path& path, const std::string& text,
                             const PluginTables& plugins) {
  const fs::path file = fs::absolute(path).lexically_normal();
  return load_root(file, parse_yaml(text, file.string()), plugins);
}

}  // namespace upselld::daemon
