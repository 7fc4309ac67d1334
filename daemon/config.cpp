// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <cstddef>
#include <cstdio>
#include <map>
#include <utility>

#include "core/file_io.h"
#include "daemon/schedule.h"
#include "daemon/service_places.h"
#include "daemon/yaml_file.h"
#include "plugins/files/files.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSettingsBytesMax = 4 * 1024 * 1024;

// `named`: where the settings name it, or nullptr. The default place may be empty: then the
// built-in rules hold.
Result<PlaybookText> read_playbook(const fs::path& path, const Node* named) {
  PlaybookText playbook;
  playbook.root.kind = Node::Kind::map;
  std::error_code ignored;
  if (path.empty() || (named == nullptr && !fs::exists(path, ignored))) return playbook;
  auto text = read_file(path.string(), kSettingsBytesMax);
  if (!text) {
    const bool is_there = text.error().kind != ErrorKind::not_found;
    return error_at(
        named == nullptr ? Place{path.string(), 0} : named->place,
        "playbook: " + text.error().message +
            (is_there ? ""
                      : "; correct the path, or begin one with: upselld sample-config --playbook"));
  }
  playbook.file = path.filename().string();
  playbook.text = std::move(*text);
  auto root = parse_yaml(playbook.text, playbook.file);
  if (!root) return root.error();
  playbook.root = std::move(*root);
  const Node* tasks = playbook.root.find("tasks");
  const Node* create = tasks == nullptr ? nullptr : tasks->find("create");
  if (create != nullptr && create->kind == Node::Kind::scalar) {
    // The playbook knows no schedules, and a run would find out after its training only.
    if (const auto schedule = parse_schedule(create->text); !schedule) {
      return error_at(create->place, "tasks: create: " + schedule.error().message);
    }
  }
  return playbook;
}

std::string config_option(const Invocation& invocation) {
  return invocation.config.empty() ? "" : "--config " + invocation.config + " ";
}

// Which of the two words of `joins` is wrong, and how it is written.
Error wrong_join(const Config& config, const ConnectionSettings& connection, const Node& joins) {
  const std::string what = connection.name + ": joins: ";
  const Node* other = joins.find("connection");
  if (other == nullptr || joins.find("by") == nullptr) {
    const char* missing = other == nullptr ? "connection" : "by";
    return error_at(joins.place,
                    what + missing + " is missing; write {connection: NAME, by: ATTRIBUTE}");
  }
  std::vector<std::string> names;
  std::string all;
  for (const ConnectionSettings& one : config.settings.connections) {
    if (one.name == connection.name) continue;
    names.push_back(one.name);
    all += (all.empty() ? "" : ", ") + one.name;
  }
  const std::string near = nearest(other->text, names);
  const std::string remedy = near.empty() ? "; the others are: " + (all.empty() ? "none" : all)
                                          : "; did you mean " + near + "?";
  return error_at(other->place,
                  what + "connection: this file has no connection " + other->text + remedy);
}

Result<ConnectionShape> shape_of(const Config& config, const ConnectionSettings& connection) {
  ConnectionShape shape;
  auto attributes = plugins::attributes_checked(*config.plugins.find(connection.plugin),
                                                connection.plugin_settings());
  if (!attributes) return attributes.error();
  shape.attributes = std::move(*attributes);
  const Node* joins = connection.map.find("joins");
  if (joins == nullptr) return shape;
  const Node* other = joins->find("connection");
  const Node* by = joins->find("by");
  if (other == nullptr || by == nullptr || config.settings.connection(other->text) == nullptr) {
    return wrong_join(config, connection, *joins);
  }
  shape.join = store::Join{other->text, by->text};
  return shape;
}

// Rows of a connection that joins find their accounts by an attribute that the other one must map.
Result<void> check_join(const Config& config, std::size_t index) {
  const ConnectionSettings& connection = config.settings.connections[index];
  const auto& join = config.shapes[index].join;
  if (!join) return {};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < config.shapes.size(); ++i) {
    if (config.settings.connections[i].name != join->connection) continue;
    for (const AttributeSpec& one : config.shapes[i].attributes) names.push_back(one.name);
  }
  for (const std::string& name : names) {
    if (name == join->attribute) return {};
  }
  const std::string near = nearest(join->attribute, names);
  return error_at(connection.map.find("joins")->find("by")->place,
                  connection.name + ": joins: by: " + join->connection + " maps no attribute " +
                      join->attribute + (near.empty() ? "" : "; did you mean " + near + "?"));
}

// Two connections that write one file would each take away what the other one wrote.
Result<void> check_outputs(const Config& config) {
  const ConnectorDescriptor& files = plugins::files_descriptor();
  std::map<fs::path, std::string> writers;
  for (const ConnectionSettings& connection : config.settings.connections) {
    if (connection.plugin != files.name || connection.write == WriteLevel::nothing) continue;
    const Settings settings = connection.plugin_settings();
    const auto written = plugins::files_written(settings);
    if (!written) return written.error();
    for (const fs::path& file : *written) {
      const auto [at, is_new] = writers.emplace(file, connection.name);
      if (is_new) continue;
      return error_at(settings.place("output"), connection.name + ": output: " + file.string() +
                                                    " is written by " + at->second +
                                                    " already; name a folder for each");
    }
  }
  return {};
}

Result<void> read_shapes(Config& config) {
  for (const ConnectionSettings& connection : config.settings.connections) {
    auto shape = shape_of(config, connection);
    if (!shape) return shape.error();
    config.shapes.push_back(std::move(*shape));
  }
  for (std::size_t i = 0; i < config.shapes.size(); ++i) {
    if (const auto checked = check_join(config, i); !checked) return checked;
  }
  return check_outputs(config);
}

}  // namespace

Error joined(const std::vector<Error>& findings) {
  std::string message;
  for (const Error& finding : findings) {
    message += (message.empty() ? "" : "\n") + finding.message;
  }
  return {ErrorKind::invalid_config, message, {}};
}

Result<fs::path> settings_file(const Invocation& invocation) {
  if (!invocation.config.empty()) return fs::absolute(invocation.config);
  for (const fs::path& candidate : {fs::path("upselld.yaml"), fs::path(kServiceSettings)}) {
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return fs::absolute(candidate);
  }
  return Error{ErrorKind::invalid_config,
               "no settings: there is neither ./upselld.yaml nor " + std::string(kServiceSettings) +
                   "; name one with --config, or write one with: upselld init files",
               {}};
}

Result<plugins::PluginSet> installed_plugins() {
  static const ConnectorDescriptor* const kBuiltIn[] = {&plugins::files_descriptor()};
  return plugins::PluginSet::load(plugins::plugin_folders(), kBuiltIn);
}

Result<std::shared_ptr<const Config>> Config::load(const Invocation& invocation) {
  const auto file = settings_file(invocation);
  if (!file) return file.error();
  if (!invocation.quiet) std::fprintf(stderr, "settings: %s\n", file->c_str());
  auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  PluginTables tables;
  for (const ConnectorDescriptor* plugin : plugins->list()) tables[plugin->name] = plugin->settings;
  auto text = read_file(file->string(), kSettingsBytesMax);
  if (!text) {
    const bool is_there = text.error().kind != ErrorKind::not_found;
    return Error{ErrorKind::invalid_config,
                 text.error().message + (is_there ? ""
                                                  : "; write a first one with: upselld " +
                                                        config_option(invocation) + "init files"),
                 {}};
  }
  auto loaded = load_settings(*file, *text, tables);
  if (!loaded.settings) return joined(loaded.findings);
  auto root = parse_yaml(*text, file->filename().string());
  if (!root) return root.error();
  auto playbook = read_playbook(loaded.settings->playbook, root->find("playbook"));
  if (!playbook) return playbook.error();
  Config config{std::move(*loaded.settings), std::move(*text),    std::move(*root),
                std::move(*playbook),        std::move(*plugins), {}};
  if (const auto read = read_shapes(config); !read) return read.error();
  return std::make_shared<const Config>(std::move(config));
}

}  // namespace upselld::daemon
