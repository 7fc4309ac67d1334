// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/host.h"
#include "core/result.h"
#include "daemon/clock.h"
#include "daemon/commands.h"
#include "daemon/config.h"
#include "daemon/connector_host.h"
#include "daemon/control_client.h"
#include "daemon/ledger.h"
#include "daemon/progress.h"
#include "plugins/connector.h"
#include "store/record_reader.h"
#include "store/records.h"

namespace upselld::daemon {

// One connection of the settings, built.
struct Link {
  const ConnectionSettings* settings = nullptr;
  std::vector<AttributeSpec> attributes;
  std::optional<store::Join> join;  // brings events for another connection's accounts
  // With an access that needs none: nullptr.
  std::unique_ptr<ConnectorHost> host;
  std::unique_ptr<Connector> connector;

  const std::string& name() const { return settings->name; }
  bool brings_accounts() const { return !join; }
};

enum class Access {
  settings_only,  // no store
  read,           // beside a writer; there must be a store
  page,           // the same without connectors
  write,          // alone: waits for its turn where a service runs, takes the lock, makes the store
                  // where there is none
  brake,          // as write, or beside the process that has the lock: for one short transaction,
                  // without connectors
};

// Builds every object once and owns it. Others get references.
class App {
 public:
  // Makes connectors (without network) and opens the store. `config` is what a service goes by;
  // nullptr: the files are read. `progress` is told what is done; it outlives the app.
  static Result<std::unique_ptr<App>> open(const Invocation& invocation, Access access,
                                           std::shared_ptr<const Config> config = nullptr,
                                           Progress* progress = nullptr);

  const Invocation& invocation() const { return invocation_; }
  const std::shared_ptr<const Config>& config() const { return config_; }
  const DaemonSettings& settings() const { return config_->settings; }
  const PlaybookText& playbook() const { return config_->playbook; }
  const std::string& settings_text() const { return config_->settings_text; }
  std::string settings_hash() const;  // SHA-256, in hex
  const WaitableClock& clock() const { return *clock_; }
  Progress& progress() { return *progress_; }
  std::vector<Link>& links() { return links_; }
  // Whether more than one of them brings accounts: then commands and keys have to name theirs.
  bool has_several() const;
  // The one that brings accounts, of that name where it is not empty. None or several: an error.
  Result<Link*> only_link(const std::string& wanted);
  const std::filesystem::path& database_path() const { return database_path_; }

  // Midnight of --as-of, or the clock.
  Instant now() const;
  // Not with Access::settings_only.
  store::Database& database() { return *database_; }
  Ledger& ledger() { return *ledger_; }
  std::unique_ptr<store::RecordReader> record_reader();
  // Only with Access::write.
  Result<std::unique_ptr<store::Records>> open_records();

 private:
  App(const Invocation& invocation, std::shared_ptr<const Config> config);
  void build_links();
  Result<void> make_connectors();
  Result<void> open_store(Access access);
  Result<void> open_budgets();
  std::vector<store::ConnectionAttributes> attribute_tables() const;

  const Invocation invocation_;
  const std::shared_ptr<const Config> config_;
  std::unique_ptr<WaitableClock> clock_;
  Progress own_progress_;  // where nobody watches
  Progress* progress_ = &own_progress_;
  // Given back after everything below it.
  std::optional<Turn> turn_;
  std::optional<store::StateLock> lock_;
  const std::filesystem::path database_path_;
  std::optional<store::Database> database_;
  std::unique_ptr<Ledger> ledger_;
  // A connection to the store for each budget: requests are sent while other transactions are open,
  // and each CRM is read by a thread of its own.
  std::vector<std::unique_ptr<store::Database>> budget_databases_;
  std::vector<std::unique_ptr<store::Budget>> budgets_;
  std::vector<Link> links_;
};

}  // namespace upselld::daemon
