// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/settings.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

namespace fs = std::filesystem;

// A folder that goes when the test ends.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("upselld_settings_" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directory(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

const SettingTable& files_like() {
  static const SettingTable table = {{
      {.name = "joins", .kind = SettingKind::node},
      {.name = "activities", .kind = SettingKind::node},
      {.name = "bad_rows", .kind = SettingKind::share, .default_text = "1%"},
  }};
  return table;
}

const SettingTable& salesforce_like() {
  static const SettingTable table = {{
      {.name = "host", .required = true},
      {.name = "username", .required = true},
      {.name = "client_id", .required = true},
      {.name = "private_key", .kind = SettingKind::secret, .required = true},
      {.name = "accounts", .kind = SettingKind::free_map},
      {.name = "attributes", .kind = SettingKind::free_map},
      {.name = "activities", .kind = SettingKind::node},
  }};
  return table;
}

PluginTables plugins() {
  return {{"files", &files_like()}, {"salesforce", &salesforce_like()}};
}

LoadedSettings load(const std::string& text) {
  const Folder folder;
  return load_settings(folder.write("upselld.yaml", text), plugins());
}

std::vector<std::string> messages(const std::string& text) {
  const LoadedSettings loaded = load(text);
  CHECK(loaded.settings.has_value() == loaded.findings.empty());
  std::vector<std::string> all;
  for (const Error& error : loaded.findings) {
    CHECK(error.kind == ErrorKind::invalid_config);
    all.push_back(error.message);
  }
  return all;
}

// One finding about a file that has a good connection besides the given lines.
std::string finding(const std::string& lines) {
  const auto all = messages("connections: {web: {plugin: files}}\n" + lines);
  REQUIRE(all.size() == 1);
  return all[0];
}

std::string connection_finding(const std::string& lines) {
  const auto all = messages("connections:\n  web:\n    plugin: files\n    " + lines + "\n");
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("settings: the shortest file gets every default") {
  ::unsetenv("STATE_DIRECTORY");
  const Folder folder;
  const auto loaded =
      load_settings(folder.write("shop.yaml", "connections: {web: {plugin: files}}\n"), plugins());
  REQUIRE(loaded.settings);
  const DaemonSettings& settings = *loaded.settings;
  CHECK(settings.instance == "upselld");
  CHECK(settings.zone.name() == "UTC");
  CHECK(settings.playbook == folder.path() / "playbook.yaml");
  CHECK(settings.state == folder.path() / "shop.state");
  CHECK(settings.target.kind == TargetSettings::Kind::larger_order);
  CHECK(settings.target.horizon == days(60));
  CHECK(settings.target.growth == 1.2);
  CHECK_FALSE(settings.target.later_cancelled_counts);
  CHECK(settings.snapshots.monthly);
  CHECK_FALSE(settings.money.effect);
  CHECK(to_text(settings.schedule.sync) == "every 1h");
  CHECK(to_text(settings.schedule.train) == "monthly on the 1st at 05:00");
  CHECK_FALSE(settings.schedule.publish_automatically);
  CHECK(settings.stop_when.accounts_lost == 0.05);
  CHECK(settings.stop_when.bands_moved == 0.15);
  CHECK(settings.stop_when.new_tasks == 50);
  CHECK(settings.memory_bytes == 256ULL << 20);
  CHECK(settings.threads >= 1);
  CHECK(settings.threads <= 4);
  const ConnectionSettings* web = settings.connection("web");
  REQUIRE(web != nullptr);
  CHECK(web->write == WriteLevel::nothing);
  CHECK(web->api_budget == 0.1);
  CHECK(web->prefix == "upselld");
  CHECK(web->refresh == days(7));
  CHECK(web->plugin_settings().share("bad_rows") == 0.01);
  CHECK(settings.connection("other") == nullptr);
}

TEST_CASE("settings: the service's state directory is used unless the file names one") {
  const Folder folder;
  const auto path = folder.write("upselld.yaml", "connections: {web: {plugin: files}}\n");
  ::setenv("STATE_DIRECTORY", "/var/lib/upselld:/var/lib/other", 1);
  CHECK(load_settings(path, plugins()).settings->state == "/var/lib/upselld");
  const auto own =
      folder.write("own.yaml", "state: here/now\nconnections: {web: {plugin: files}}\n");
  CHECK(load_settings(own, plugins()).settings->state == folder.path() / "here/now");
  ::unsetenv("STATE_DIRECTORY");
}

TEST_CASE("settings: a command beside the service has the folder that its unit names") {
  ::unsetenv("STATE_DIRECTORY");
  const std::string text = "connections: {web: {plugin: files}}\n";
  const auto state = [&](const char* file) {
    return load_settings(file, text, plugins()).settings->state;
  };
  CHECK(state("/etc/upselld/upselld.yaml") == "/var/lib/upselld");
  CHECK(state("/etc/upselld/../upselld/upselld.yaml") == "/var/lib/upselld");
  CHECK(state("/etc/upselld/second.yaml") == "/etc/upselld/second.state");
  const auto own =
      load_settings("/etc/upselld/upselld.yaml", "state: /srv/upselld\n" + text, plugins());
  CHECK(own.settings->state == "/srv/upselld");
  for (const char* unit : {"upselld.service", "upselld-due.service"}) {
    std::ifstream file(fs::path(UPSELLD_SOURCE_DIR) / "systemd" / unit);
    const std::string all(std::istreambuf_iterator<char>(file), {});
    CHECK(all.find("--config /etc/upselld/upselld.yaml run") != std::string::npos);
    CHECK(all.find("\nStateDirectory=upselld\n") != std::string::npos);
  }
}

TEST_CASE("settings: the example loads as written") {
  const fs::path example = fs::path(UPSELLD_SOURCE_DIR) / "../shared/examples/upselld.yaml";
  if (!fs::exists(example)) {
    WARN("skipped: ../shared/examples is not here");
    return;
  }
  const auto loaded = load_settings(example, plugins());
  for (const Error& error : loaded.findings) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.settings);
  const DaemonSettings& settings = *loaded.settings;
  CHECK(settings.zone.name() == "Europe/Berlin");
  CHECK(settings.target.kind == TargetSettings::Kind::won_opportunity);
  CHECK(settings.target.types == std::vector<std::string>{"Existing Customer - Upgrade"});
  CHECK(settings.target.horizon == days(90));
  CHECK(settings.money.cost_of_contact == 40);
  CHECK(settings.money.margin == 0.7);
  REQUIRE(settings.notify_webhook);
  CHECK(settings.notify_webhook->find("file")->text == "/etc/upselld/chat.url");
  REQUIRE(settings.connections.size() == 2);
  CHECK(settings.connections[0].plugin_settings().text("host") == "https://acme.my.salesforce.com");
}

TEST_CASE("settings: a plugin that is not installed is named together with those that are") {
  const Folder folder;
  const auto path = folder.write("upselld.yaml",
                                 "connections:\n  crm:\n    plugin: salesforce\n    host: x\n"
                                 "    writ: fields\n");
  const auto loaded = load_settings(path, {{"files", &files_like()}});
  REQUIRE(loaded.findings.size() == 1);
  CHECK(loaded.findings[0].message == "upselld.yaml:3: no plugin \"salesforce\"; found: files");
  const auto none = load_settings(path, {});
  CHECK(none.findings[0].message == "upselld.yaml:3: no plugin \"salesforce\"; found: none");
}

TEST_CASE("settings: all findings come at once, in the order of the file") {
  const auto all = messages(
      "time_zone: Europe/Belrin\n"
      "curency: EUR\n"
      "connections:\n"
      "  web:\n"
      "    plugin: files\n"
      "    write: field\n"
      "    bad_rows: 200%\n"
      "  crm:\n"
      "    plugin: salesforce\n"
      "target: {horizon: 90}\n"
      "schedule: {sync: hourly}\n"
      "target: {growth: 2}\n");
  REQUIRE(all.size() == 11);
  CHECK(all[0] ==
        "upselld.yaml:1: time zone \"Europe/Belrin\" is unknown; did you mean \"Europe/Berlin\"?");
  CHECK(all[1] == "upselld.yaml:2: unknown key \"curency\"; did you mean \"currency\"?");
  CHECK(all[2] ==
        "upselld.yaml:6: write: \"field\" is not one of nothing | fields | fields_and_tasks; did "
        "you mean \"fields\"?");
  CHECK(all[3] == "upselld.yaml:7: bad_rows: 200% is too much; at most 100%");
  CHECK(all[4] == "upselld.yaml:8: host is missing");
  CHECK(all[7] == "upselld.yaml:8: private_key is missing");
  CHECK(all[8] == "upselld.yaml:10: horizon: \"90\" is not a duration such as 90d, 24h or 15m");
  CHECK(all[9].find("upselld.yaml:11: sync: \"hourly\" is no schedule; write ") == 0);
  CHECK(all[10] == "upselld.yaml:12: key \"target\" is repeated; it stands already in line 10");
}

TEST_CASE("settings: each wrong value has its message") {
  CHECK(finding("target: {kind: attribute_increase}\n") ==
        "upselld.yaml:2: kind: attribute_increase needs attribute: the name of the one that "
        "rises, such as seats");
  CHECK(finding("target: {horizon: 36h}\n") ==
        "upselld.yaml:2: horizon: must be whole days, such as 90d");
  CHECK(finding("target: {growth: 1}\n") ==
        "upselld.yaml:2: growth: 1 is too little; at least 1.01");
  CHECK(finding("target: {kinds: [upsel]}\n") ==
        "upselld.yaml:2: kinds: \"upsel\" is not one of new_business | renewal | upsell | "
        "cross_sell | other");
  CHECK(finding("target: {kind: labelled, kinds: [Yes please]}\n") ==
        "upselld.yaml:2: kinds: \"Yes please\" is no activity kind");
  CHECK(finding("snapshots: weekly\n") ==
        "upselld.yaml:2: snapshots: \"weekly\" is neither monthly nor whole days such as 30d (1d "
        "to 366d)");
  CHECK(finding("memory: lots\n") ==
        "upselld.yaml:2: memory: \"lots\" is no size of at least 64MiB, such as 256MiB or 1GiB");
  CHECK(finding("threads: 100\n") == "upselld.yaml:2: threads: 100 is too much; at most 64");
  CHECK(finding("currency: euro\n") == "upselld.yaml:2: currency: \"euro\" is no code such as EUR");
  CHECK(finding("currency_rates: {USD: -1}\n") ==
        "upselld.yaml:2: USD: the rate must be a number above 0");
  CHECK(finding("currency_rates: {EUR: 2}\n") ==
        "upselld.yaml:2: EUR: the reporting currency is worth 1");
  CHECK(finding("currency_rates: {dollar: 2}\n") ==
        "upselld.yaml:2: \"dollar\" is no currency code such as USD");
  CHECK(finding("instance: Our Shop\n").find("upselld.yaml:2: instance: take at most 20") == 0);
  CHECK(finding("notify: {webhook: https://chat.example/x}\n").find("a secret never stands here") !=
        std::string::npos);
  CHECK(finding("web: {listen: 8710}\n") ==
        "upselld.yaml:2: listen: write an address and a port: 127.0.0.1:8710");
  CHECK(
      finding("web: {listen: 0.0.0.0:8710}\n").find("upselld.yaml:2: listen: 0.0.0.0 is reached") ==
      0);
  CHECK(finding("web: {listen: 127.0.0.1:1, public_address: upselld.example}\n") ==
        "upselld.yaml:2: public_address: write https://HOST or https://HOST:PORT, without a path");
  CHECK(finding("web: {listen: 127.0.0.1:1, proxy: a.example}\n") ==
        "upselld.yaml:2: proxy: write the proxy's IP address");
  CHECK(finding("web: {public_address: https://upselld.example}\n") ==
        "upselld.yaml:2: public_address: nothing listens without listen: 127.0.0.1:8710");
  CHECK(finding("web: {proxy: 127.0.0.1}\n") ==
        "upselld.yaml:2: proxy: nothing listens without listen: 127.0.0.1:8710");
  CHECK(finding("notify: {webhook: {env: U}, command: mail}\n") ==
        "upselld.yaml:2: write webhook or command, not both");
  CHECK(finding("features: {sentences: {quota_usage_last: \"full: {valeu}\"}}\n") ==
        "upselld.yaml:2: quota_usage_last: \"{valeu}\" is not one of {value} | {usual} | {date} | "
        "{since}");
  CHECK(finding("features: {sentences: {quota_usage_last: [a]}}\n") ==
        "upselld.yaml:2: quota_usage_last: write a sentence, such as \"storage {value} full, usual "
        "{usual}\"");
  CHECK(finding("money: {margin: 70 %}\n") ==
        "upselld.yaml:2: margin: \"70 %\" is not a share such as 10%");
}

TEST_CASE("settings: a word in place of a map of options is told with an example") {
  CHECK(finding("schedule: hourly\n") ==
        "upselld.yaml:2: schedule must be a map of options, such as {sync: every 1h}");
  CHECK(finding("money: 40\n") ==
        "upselld.yaml:2: money must be a map of options, such as {cost_of_contact: ...}");
}

TEST_CASE("settings: an empty file is told what to do") {
  const std::string remedy =
      "upselld.yaml: nothing stands in it; write a first one with: upselld init files";
  CHECK(messages("") == std::vector<std::string>{remedy});
  CHECK(messages("# Nothing yet.\n") == std::vector<std::string>{remedy});
}

TEST_CASE("settings: a wrong connection has its message") {
  CHECK(messages("currency: EUR\n") ==
        std::vector<std::string>{"upselld.yaml:1: connections is missing"});
  CHECK(messages("connections: {}\n") ==
        std::vector<std::string>{"upselld.yaml:1: connections: there must be at least one"});
  CHECK(messages("connections:\n") ==
        std::vector<std::string>{"upselld.yaml:1: connections: there must be at least one"});
  CHECK(messages("connections: [files]\n").at(0) == "upselld.yaml:1: connections must be a map");
  CHECK(messages("connections: {web: files}\n") ==
        std::vector<std::string>{
            "upselld.yaml:1: web must be a map of options, such as {plugin: ...}"});
  CHECK(messages("connections: {web: {write: nothing}}\n") ==
        std::vector<std::string>{"upselld.yaml:1: plugin is missing"});
  CHECK(messages("connections: {My Web: {plugin: files}}\n")
            .at(0)
            .find("\"My Web\" is no name for a connection") != std::string::npos);
  CHECK(connection_finding("prefix: 1x").find("upselld.yaml:4: prefix: take at most") == 0);
  CHECK(connection_finding("refresh: 1h") ==
        "upselld.yaml:4: refresh: 1h is too little; at least 1d");
  CHECK(connection_finding("target: {kind: attribute_increase}").find("needs attribute") !=
        std::string::npos);
  CHECK(finding("target: {attribute: seats}\n") ==
        "upselld.yaml:2: attribute: only kind: attribute_increase reads it");
  CHECK(connection_finding("paths: x").find("upselld.yaml:4: unknown key \"paths\"") == 0);
}

TEST_CASE("settings: a connection has its own target and what differs of the schedule") {
  const auto loaded = load(
      "schedule: {sync: daily at 05:00, train: monthly on the 2nd at 04:00, publish: automatic}\n"
      "target: {growth: 3}\n"
      "connections:\n"
      "  a: {plugin: files}\n"
      "  b: {plugin: files, target: {kind: labelled}, schedule: {sync: every 30m}}\n");
  REQUIRE(loaded.settings);
  const ConnectionSettings& a = loaded.settings->connections[0];
  const ConnectionSettings& b = loaded.settings->connections[1];
  CHECK(a.target.growth == 3);
  CHECK(to_text(a.schedule.sync) == "daily at 05:00");
  CHECK(b.target.kind == TargetSettings::Kind::labelled);
  CHECK(b.target.growth == 1.2);
  CHECK(b.target.horizon == days(90));
  CHECK(to_text(b.schedule.sync) == "every 30m");
  CHECK(to_text(b.schedule.train) == "monthly on the 2nd at 04:00");
  CHECK(b.schedule.publish_automatically);
}

TEST_CASE("settings: what is kept, and for how long") {
  const auto usual = load("connections: {a: {plugin: files}}\n");
  REQUIRE(usual.settings);
  CHECK(usual.settings->retention.undo == days(90));
  CHECK(usual.settings->retention.runs == days(400));
  CHECK_FALSE(usual.settings->retention.audit);
  const TimeZone zone = *TimeZone::load("Europe/Berlin");
  const Instant noon = zone.start_of(Day::of_civil(2026, 3, 30)) + hours(12);
  CHECK(usual.settings->retention.records_from(noon, zone).is_missing());
  const auto own = load(
      "connections: {a: {plugin: files}}\nretention: {runs: 60d, audit: 730d, scores: forever}\n");
  REQUIRE(own.settings);
  CHECK(own.settings->retention.runs == days(60));
  CHECK(own.settings->retention.undo == days(60));
  CHECK(own.settings->retention.audit == days(730));
  CHECK_FALSE(own.settings->retention.scores);
  CHECK(finding("retention: {runs: 60d, undo: 90d}\n").find("cannot be kept longer than runs") !=
        std::string::npos);
  const auto aged = load("connections: {a: {plugin: files}}\nretention: {records: 1095d}\n");
  REQUIRE(aged.settings);
  CHECK(aged.settings->retention.records_from(noon, zone) ==
        zone.start_of(Day::of_civil(2023, 3, 31)));
  CHECK(finding("retention: {records: 1094d}\n").find("(at least 1095d)") != std::string::npos);
  CHECK(finding("retention: {audit: 1d}\n") ==
        "upselld.yaml:2: audit: \"1d\" is neither forever nor days, such as 400d (at least 90d)");
  CHECK(finding("retention: {undo: never}\n").find("\"never\" is neither") != std::string::npos);
}

TEST_CASE("settings: a file that is missing or no YAML is one finding") {
  const auto missing = load_settings("/nonexistent/upselld.yaml", plugins());
  REQUIRE(missing.findings.size() == 1);
  CHECK(missing.findings[0].kind == ErrorKind::not_found);
  CHECK(messages("a: [\n").size() == 1);
}

TEST_CASE("settings: sizes are read with their units and nothing else") {
  CHECK(parse_size("256MiB") == 268435456U);
  CHECK(parse_size("1GiB") == 1073741824U);
  CHECK(parse_size("512KiB") == 524288U);
  CHECK(parse_size("1000000") == 1000000U);
  for (const char* wrong :
       {"", "MiB", "1.5GiB", "-1", "1 MiB", "1MB", "99999999999999999999", "99999999999999GiB"}) {
    INFO(wrong);
    CHECK_FALSE(parse_size(wrong));
  }
}
