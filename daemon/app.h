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
#include "daemon/connector_host.h"
#include "daemon/control_client.h"
#include "daemon/ledger.h"
#include "daemon/progress.h"
#include "daemon/settings.h"
#include "plugins/connector.h"
#include "plugins/loader.h"
#include "store/record_reader.h"
#include "store/records.h"

namespace upselld::daemon {

// One connection of the settings, built.
struct Link {
  const ConnectionSettings* settings = nullptr;
  std::vector<AttributeSpec> attributes;
  std::optional<store::Join> join;  // brings events for another connection's accounts
  std::unique_ptr<ConnectorHost> host;
  std::unique_ptr<Connector> connector;

  const std::string& name() const { return settings->name; }
  bool brings_accounts() const { return !join; }
};

enum class Access {
  settings_only,  // no store
  read,           // beside a writer; there must be a store
  write,          // alone: waits for its turn where a service runs, takes the lock, makes the store
                  // where there is none
  brake,          // as write, or beside the process that has the lock: for one short transaction
};

// The playbook's text as it was read, and what it parses to.
struct PlaybookText {
  std::string file;  // as places name it; empty: none is configured
  std::string text;
  Node root;
};

// Settings and playbook as they were read: what a service goes on with when the files are wrong
// now.
struct ConfigTexts {
  std::string settings, playbook;
};

// Builds every object once and owns it. Others get references.
class App {
 public:
  // Reads settings and playbook text, loads plugins, makes connectors (without network), opens the
  // store. All findings of a wrong settings file are in the one message, a line each.
  // `texts` stand in the place of the files; nullptr: they are read. `progress` is told what is
  // done; it outlives the app.
  static Result<std::unique_ptr<App>> open(const Invocation& invocation, Access access,
                                           const ConfigTexts* texts = nullptr,
                                           Progress* progress = nullptr);

  const Invocation& invocation() const { return invocation_; }
  const DaemonSettings& settings() const { return settings_; }
  const plugins::PluginSet& plugin_set() const { return plugins_; }
  const PlaybookText& playbook() const { return playbook_; }
  const std::string& settings_text() const { return settings_text_; }
  ConfigTexts texts() const { return {settings_text_, playbook_.text}; }
  const WaitableClock& clock() const { return *clock_; }
  Progress& progress() { return *progress_; }
  std::vector<Link>& links() { return links_; }
  const std::filesystem::path& database_path() const { return database_path_; }

  // Midnight of --as-of, or the clock.
  Instant now() const;
  // Only with Access::read or write.
  store::Database& database() { return *database_; }
  Ledger& ledger() { return *ledger_; }
  std::unique_ptr<store::RecordReader> record_reader();
  // Only with Access::write.
  Result<std::unique_ptr<store::Records>> open_records();

 private:
  App() = default;
  Result<void> load(const Invocation& invocation, const ConfigTexts* texts);
  Result<void> build_links();
  Result<void> open_store(Access access);
  Result<void> open_budgets();
  std::vector<store::ConnectionAttributes> attribute_tables() const;

  Invocation invocation_;
  DaemonSettings settings_;
  std::string settings_text_;
  PlaybookText playbook_;
  plugins::PluginSet plugins_;
  std::unique_ptr<WaitableClock> clock_;
  Progress own_progress_;  // where nobody watches
  Progress* progress_ = &own_progress_;
  // Given back after everything below it.
  std::optional<Turn> turn_;
  std::optional<store::StateLock> lock_;
  std::filesystem::path database_path_;
  std::optional<store::Database> database_;
  std::unique_ptr<Ledger> ledger_;
  // A connection to the store for each budget: requests are sent while other transactions are open,
  // and each CRM is read by a thread of its own.
  std::vector<std::unique_ptr<store::Database>> budget_databases_;
  std::vector<std::unique_ptr<store::Budget>> budgets_;
  std::vector<Link> links_;
};

// ./upselld.yaml, then /etc/upselld/upselld.yaml, when nothing was named.
Result<std::filesystem::path> settings_file(const Invocation& invocation);
// The plugins of this installation.
Result<plugins::PluginSet> installed_plugins();

// Findings as one error, a line each.
Error joined(const std::vector<Error>& findings);

}  // namespace upselld::daemon
