// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/instant.h"
#include "core/settings.h"
#include "core/time_zone.h"
#include "daemon/retention_settings.h"
#include "daemon/schedule.h"

namespace upselld::daemon {

// How far upselld may go with a connection.
enum class WriteLevel : std::uint8_t { nothing, fields, fields_and_tasks };
const char* to_text(WriteLevel level);

// What counts as an up-sell.
struct TargetSettings {
  enum class Kind : std::uint8_t { larger_order, won_opportunity, labelled, attribute_increase };
  Kind kind = Kind::larger_order;
  std::vector<std::string> types;  // the CRM's own names; empty: all
  std::vector<std::string> kinds;  // order kinds of core/records.h; empty: all
  Duration horizon = days(60);
  double growth = 1.2;
  bool later_cancelled_counts = false;
  std::string attribute;  // that rises; only of that kind
  Place attribute_place;
};
const char* to_text(TargetSettings::Kind kind);

// Snapshots on the first of each month, or every so many days.
struct SnapshotSettings {
  bool monthly = true;
  Duration every;  // whole days, where not monthly
};

struct ScheduleSettings {
  Schedule sync;
  Schedule train;
  Duration jitter;  // starts come later by a fixed part of it
  bool publish_automatically = false;
};

// A name that the admin wrote, and where.
struct PlacedName {
  std::string name;
  Place place;
};

struct FeatureSettings {
  std::vector<PlacedName> learn;
  std::vector<std::pair<PlacedName, std::string>> sentences;  // in the order of the file
};

struct MoneySettings {
  std::optional<double> cost_of_contact, margin, effect;
};

struct StopWhen {
  double accounts_lost = 0.05;  // shares
  double bands_moved = 0.15;
  std::int64_t new_tasks = 50;
};

// Pages in a browser, and what a supervisor asks.
struct WebSettings {
  std::string address;         // to listen at; empty: no web server
  int port = 0;                // 0: any that is free
  std::string public_address;  // as people write it, behind a proxy; empty: the one above
  // From this address, a name in this header counts as logged in; empty: no proxy is believed.
  std::string proxy_address, proxy_header;
  std::vector<std::string> operators;  // names that may do more than look
  bool operator==(const WebSettings&) const = default;
};

struct ConnectionSettings {
  std::string name;
  std::string plugin;
  WriteLevel write = WriteLevel::nothing;
  double api_budget = 0.1;
  std::string ca_file;  // empty: the system's certificate authorities
  std::string prefix;
  Duration refresh = days(7);
  TargetSettings target;      // the connection's own, else the file's
  ScheduleSettings schedule;  // likewise
  Node map;                   // as written, with the plugin's own keys
  const SettingTable* plugin_table = nullptr;

  // For ConnectorDescriptor::create. Lives no longer than this object.
  Settings plugin_settings() const { return Settings(map, *plugin_table); }
};

// upselld.yaml, checked and typed. All paths are absolute.
struct DaemonSettings {
  std::filesystem::path file;
  std::string instance;
  TimeZone zone = TimeZone::utc();
  std::string currency;
  // Code and what one unit of it is worth in `currency`, sorted by code.
  std::vector<std::pair<std::string, double>> currency_rates;
  std::filesystem::path playbook;
  std::filesystem::path state;
  std::vector<ConnectionSettings> connections;  // in the order of the file
  TargetSettings target;
  SnapshotSettings snapshots;
  FeatureSettings features;
  MoneySettings money;
  ScheduleSettings schedule;
  StopWhen stop_when;
  // {file:}, {credential:} or {env:} as written, read with read_secret() when it is needed.
  std::optional<Node> notify_webhook;
  std::vector<std::string> notify_command;  // program and arguments
  WebSettings web;
  RetentionSettings retention;
  std::uint64_t memory_bytes = 0;
  unsigned threads = 1;

  const ConnectionSettings* connection(const std::string& name) const;
};

// The plugins that this installation has, by name, with the table of their own options. The tables
// outlive the settings.
using PluginTables = std::map<std::string, const SettingTable*>;

// `settings` is there when and only when there are no findings. Findings come in file order, each
// with its place.
struct LoadedSettings {
  std::optional<DaemonSettings> settings;
  std::vector<Error> findings;
};

// Reads and checks the file. Reads no secret, no playbook and no network; looks at
// $STATE_DIRECTORY.
LoadedSettings load_settings(const std::filesystem::path& path, const PluginTables& plugins);
// The same of a text that was read from that file before.
LoadedSettings load_settings(const std::filesystem::path& path, const std::string& text,
                             const PluginTables& plugins);

// "256MiB", "1GiB", "512KiB", "1000000": bytes. nullopt: no size.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace upselld::daemon
