// SPDX-License-Identifier: Apache-2.0
#include "daemon/app.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/digest.h"
#include "daemon/clock.h"
#include "daemon/connector_host.h"
#include "daemon/interrupt.h"
#include "daemon/state_owner.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;

// Of a stream. So many that the first sync of a whole CRM folds none: each fold writes its runs
// again.
constexpr std::uint32_t kRunsMax = 12;

bool needs_connectors(Access access) {
  return access != Access::page && access != Access::brake;
}

}  // namespace

Result<std::unique_ptr<App>> App::open(const Invocation& invocation, Access access,
                                       std::shared_ptr<const Config> config, Progress* progress) {
  const bool is_of_service = config != nullptr;
  if (!is_of_service) {
    auto loaded = Config::load(invocation);
    if (!loaded) return loaded.error();
    config = std::move(*loaded);
  }
  std::unique_ptr<App> app(new App(invocation, std::move(config)));
  if (progress != nullptr) app->progress_ = progress;
  auto clock = make_clock();
  if (!clock) return clock.error();
  app->clock_ = std::move(*clock);
  app->build_links();
  if (access == Access::read || access == Access::page) {
    if (auto open = check_reader(app->settings().state); !open) return open.error();
  }
  if (needs_connectors(access)) {
    if (const auto made = app->make_connectors(); !made) return made.error();
  }
  if (access == Access::settings_only) return app;
  // A service gives the turns, and has taken its own.
  if (access == Access::brake && !is_of_service) {
    if (auto owned = check_owner(app->settings().state); !owned) return owned.error();
  }
  if (access == Access::write && !is_of_service) {
    auto turn = take_turn(app->settings().state, invocation.quiet);
    if (!turn) return turn.error();
    if (*turn) app->turn_.emplace(std::move(**turn));
  }
  if (const auto opened = app->open_store(access); !opened) return opened.error();
  return app;
}

App::App(const Invocation& invocation, std::shared_ptr<const Config> config)
    : invocation_(invocation),
      config_(std::move(config)),
      database_path_(config_->settings.state / "upselld.db") {}

void App::build_links() {
  for (std::size_t i = 0; i < config_->shapes.size(); ++i) {
    Link link;
    link.settings = &config_->settings.connections[i];
    link.attributes = config_->shapes[i].attributes;
    link.join = config_->shapes[i].join;
    links_.push_back(std::move(link));
  }
}

Result<void> App::make_connectors() {
  for (Link& link : links_) {
    link.host = make_host({link.name(), settings().state / "scratch" / link.name(),
                           link.settings->ca_file, invocation_.quiet},
                          *clock_, *progress_, stop_signal());
    const ConnectorContext context = {link.name(),     link.settings->prefix,
                                      settings().zone, settings().currency,
                                      link.attributes, link.settings->target.types};
    auto connector = plugins::create_checked(*config_->plugins.find(link.settings->plugin),
                                             *link.host, context, link.settings->plugin_settings());
    if (!connector) return connector.error();
    link.connector = std::move(*connector);
  }
  return {};
}

std::string App::settings_hash() const {
  return hex(sha256(settings_text()));
}

bool App::has_several() const {
  return std::count_if(links_.begin(), links_.end(),
                       [](const Link& each) { return each.brings_accounts(); }) > 1;
}

Result<Link*> App::only_link(const std::string& wanted) {
  Link* found = nullptr;
  std::string names;
  for (Link& link : links_) {
    if (!link.brings_accounts() || (!wanted.empty() && link.name() != wanted)) continue;
    names += (names.empty() ? "" : ", ") + link.name();
    if (found == nullptr) found = &link;
  }
  if (found == nullptr) {
    return Error{ErrorKind::invalid_config,
                 wanted.empty() ? "no connection brings accounts"
                                : "no connection " + wanted + " brings accounts",
                 {}};
  }
  if (names == found->name()) return found;
  return Error{ErrorKind::invalid_config,
               "several connections bring accounts (" + names + "); name one with --connection",
               {}};
}

Result<void> App::open_store(Access access) {
  auto mode = store::OpenMode::read_only;
  if (access != Access::read && access != Access::page) {
    mode = store::OpenMode::create_or_upgrade;
    auto lock = store::StateLock::acquire(settings().state, "upselld " + invocation_.command);
    const bool is_beside = !lock && lock.error().kind == ErrorKind::busy && access == Access::brake;
    if (!lock && !is_beside) return lock.error();
    if (lock) lock_.emplace(std::move(*lock));
    if (is_beside) mode = store::OpenMode::beside;
  }
  auto database = store::Database::open(database_path_, mode, [this] { progress_->step(); });
  if (!database && database.error().kind == ErrorKind::not_found) {
    return Error{
        ErrorKind::not_found,
        "there is no data yet in " + settings().state.string() + "; bring it in with: upselld sync",
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
  return invocation_.as_of ? settings().zone.start_of(*invocation_.as_of) : clock_->now();
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
  records.memory_bytes = settings().memory_bytes;
  records.runs_max = kRunsMax;
  records.attributes = attribute_tables();
  records.forgotten = [this](const std::string& connection, const std::vector<std::string>& ids) {
    return ledger_->forgotten.contains(connection, ids);
  };
  return store::Records::open(*database_, std::move(records));
}

}  // namespace upselld::daemon
