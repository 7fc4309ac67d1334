// SPDX-License-Identifier: Apache-2.0
#include "daemon/app.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/file_io.h"
#include "daemon/clock.h"
#include "daemon/connector_host.h"
#include "daemon/interrupt.h"
#include "daemon/schedule.h"
#include "daemon/yaml_file.h"
#include "plugins/files/files.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSettingsBytesMax = 4 * 1024 * 1024;
// Of a stream. So many that the first sync of a whole CRM folds none: each fold writes its runs
// again.
constexpr std::uint32_t kRunsMax = 12;
constexpr const char* kSystemSettings = "/etc/upselld/upselld.yaml";

// `is_named`: the settings name it. The default place may be empty: then the built-in rules hold.
Result<PlaybookText> read_playbook(const fs::path& path, bool is_named, const ConfigTexts* texts) {
  PlaybookText playbook;
  playbook.root.kind = Node::Kind::map;
  std::error_code ignored;
  const bool may_be_none = texts == nullptr ? !fs::exists(path, ignored) : texts->playbook.empty();
  if (path.empty() || (!is_named && may_be_none)) return playbook;
  auto text = texts == nullptr ? read_file(path.string(), kSettingsBytesMax)
                               : Result<std::string>(texts->playbook);
  if (!text) {
    return Error{ErrorKind::invalid_config, "read the playbook: " + text.error().message, {}};
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

// Rows of `link` find their accounts by an attribute that the other connection must map.
Result<void> check_join(const Link& link, const Node& joins, const std::vector<Link>& links) {
  const auto other = std::find_if(links.begin(), links.end(), [&](const Link& one) {
    return one.name() == link.join->connection;
  });
  std::vector<std::string> names;
  for (const AttributeSpec& attribute : other->attributes) names.push_back(attribute.name);
  if (std::find(names.begin(), names.end(), link.join->attribute) != names.end()) return {};
  const std::string near = nearest(link.join->attribute, names);
  return error_at(joins.find("by")->place,
                  link.name() + ": joins: by: " + other->name() + " maps no attribute " +
                      link.join->attribute + (near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace

Error joined(const std::vector<Error>& findings) {
  std::string message;
  for (const Error& finding : findings) {
    message += (message.empty() ? "" : "\n") + finding.message;
  }
  if (findings.size() > 1) {
    message = std::to_string(findings.size()) + " findings; nothing was done\n" + message;
  }
  return {ErrorKind::invalid_config, message, {}};
}

Result<fs::path> settings_file(const Invocation& invocation) {
  if (!invocation.config.empty()) return fs::absolute(invocation.config);
  for (const fs::path& candidate : {fs::path("upselld.yaml"), fs::path(kSystemSettings)}) {
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return fs::absolute(candidate);
  }
  return Error{ErrorKind::invalid_config,
               "no settings: there is neither ./upselld.yaml nor " + std::string(kSystemSettings) +
                   "; name one with --config, or write one with: upselld init files",
               {}};
}

Result<plugins::PluginSet> installed_plugins() {
  static const ConnectorDescriptor* const kBuiltIn[] = {&plugins::files_descriptor()};
  return plugins::PluginSet::load(plugins::plugin_folders(), kBuiltIn);
}

Result<std::unique_ptr<App>> App::open(const Invocation& invocation, Access access,
                                       const ConfigTexts* texts, Progress* progress) {
  std::unique_ptr<App> app(new App);
  if (progress != nullptr) app->progress_ = progress;
  auto clock = make_clock();
  if (!clock) return clock.error();
  app->clock_ = std::move(*clock);
  if (const auto loaded = app->load(invocation, texts); !loaded) return loaded.error();
  if (const auto built = app->build_links(); !built) return built.error();
  if (access == Access::settings_only) return app;
  // Texts of its own has the service alone, which gives the turns.
  if (access == Access::write && texts == nullptr) {
    auto turn = take_turn(app->settings_.state, invocation.quiet);
    if (!turn) return turn.error();
    if (*turn) app->turn_.emplace(std::move(**turn));
  }
  if (const auto opened = app->open_store(access); !opened) return opened.error();
  return app;
}

Result<void> App::load(const Invocation& invocation, const ConfigTexts* texts) {
  invocation_ = invocation;
  const auto file = settings_file(invocation);
  if (!file) return file.error();
  if (!invocation.quiet) std::fprintf(stderr, "settings: %s\n", file->c_str());
  auto plugins = installed_plugins();
  if (!plugins) return plugins.error();
  plugins_ = std::move(*plugins);
  PluginTables tables;
  for (const ConnectorDescriptor* plugin : plugins_.list()) tables[plugin->name] = plugin->settings;
  auto text = texts == nullptr ? read_file(file->string(), kSettingsBytesMax)
                               : Result<std::string>(texts->settings);
  if (!text) return Error{ErrorKind::invalid_config, text.error().message, {}};
  settings_text_ = std::move(*text);
  auto loaded = load_settings(*file, settings_text_, tables);
  if (!loaded.settings) return joined(loaded.findings);
  settings_ = std::move(*loaded.settings);
  const auto root = parse_yaml(settings_text_, file->filename().string());
  const bool is_named = root && root->find("playbook") != nullptr;
  auto playbook = read_playbook(settings_.playbook, is_named, texts);
  if (!playbook) return playbook.error();
  playbook_ = std::move(*playbook);
  database_path_ = settings_.state / "upselld.db";
  return {};
}

Result<void> App::build_links() {
  for (const ConnectionSettings& connection : settings_.connections) {
    const ConnectorDescriptor* descriptor = plugins_.find(connection.plugin);
    const Settings own = connection.plugin_settings();
    Link link;
    link.settings = &connection;
    auto attributes = plugins::attributes_checked(*descriptor, own);
    if (!attributes) return attributes.error();
    link.attributes = std::move(*attributes);
    if (const Node* joins = connection.map.find("joins"); joins != nullptr) {
      const Node* other = joins->find("connection");
      const Node* by = joins->find("by");
      if (other == nullptr || by == nullptr || settings_.connection(other->text) == nullptr) {
        return error_at(joins->place, connection.name +
                                          ": joins: write {connection: NAME, by: ATTRIBUTE} with a "
                                          "connection of this file and one of its attributes");
      }
      link.join = store::Join{other->text, by->text};
    }
    link.host = make_host({connection.name, settings_.state / "scratch" / connection.name,
                           connection.ca_file, invocation_.quiet},
                          *clock_, *progress_, stop_signal());
    const ConnectorContext context = {connection.name, connection.prefix,
                                      settings_.zone,  settings_.currency,
                                      link.attributes, connection.target.types};
    auto connector = plugins::create_checked(*descriptor, *link.host, context, own);
    if (!connector) return connector.error();
    link.connector = std::move(*connector);
    links_.push_back(std::move(link));
  }
  for (const Link& link : links_) {
    if (!link.join) continue;
    const Node& joins = *link.settings->map.find("joins");
    if (const auto checked = check_join(link, joins, links_); !checked) return checked;
  }
  return {};
}

Result<void> App::open_store(Access access) {
  auto mode = store::OpenMode::read_only;
  if (access != Access::read) {
    mode = store::OpenMode::create_or_upgrade;
    auto lock = store::StateLock::acquire(settings_.state, "upselld " + invocation_.command);
    const bool is_beside = !lock && lock.error().kind == ErrorKind::busy && access == Access::brake;
    if (!lock && !is_beside) return lock.error();
    if (lock) lock_.emplace(std::move(*lock));
    if (is_beside) mode = store::OpenMode::beside;
  }
  auto database = store::Database::open(database_path_, mode);
  if (!database && database.error().kind == ErrorKind::not_found) {
    return Error{
        ErrorKind::not_found,
        "there is no data yet in " + settings_.state.string() + "; bring it in with: upselld sync",
        {}};
  }
  if (!database) return database.error();
  database_ = std::move(*database);
  ledger_ = std::make_unique<Ledger>(*database_);
  return access == Access::write ? open_budgets() : Result<void>();
}

Result<void> App::open_budgets() {
  for (Link& link : links_) {
    auto database = store::Database::open(database_path_, store::OpenMode::create_or_upgrade);
    if (!database) return database.error();
    budget_databases_.push_back(std::make_unique<store::Database>(std::move(*database)));
    store::BudgetLimits limits;
    limits.own_share = link.settings->api_budget;
    auto budget = std::make_unique<store::Budget>(*budget_databases_.back(), link.name(), limits);
    if (const auto recovered = budget->recover(); !recovered) return recovered.error();
    link.host->count_against(*budget);
    budgets_.push_back(std::move(budget));
  }
  return {};
}

Instant App::now() const {
  return invocation_.as_of ? settings_.zone.start_of(*invocation_.as_of) : clock_->now();
}

std::vector<store::ConnectionAttributes> App::attribute_tables() const {
  std::vector<store::ConnectionAttributes> tables;
  for (const Link& link : links_) tables.push_back({link.name(), link.attributes});
  return tables;
}

std::unique_ptr<store::RecordReader> App::record_reader() {
  return std::make_unique<store::RecordReader>(*database_, attribute_tables());
}

Result<std::unique_ptr<store::Records>> App::open_records() {
  store::RecordsSettings records;
  records.memory_bytes = settings_.memory_bytes;
  records.runs_max = kRunsMax;
  records.attributes = attribute_tables();
  records.forgotten = [this](const std::string& connection, const std::vector<std::string>& ids) {
    return ledger_->forgotten.contains(connection, ids);
  };
  return store::Records::open(*database_, std::move(records));
}

}  // namespace upselld::daemon
