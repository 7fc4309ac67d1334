// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/e2e/programs.h"

using namespace upselld::e2e;

namespace {

constexpr const char* kPromtool = "/usr/bin/promtool";

// Where the tool is not installed nothing is checked, and that is said.
bool promtool_is_there() {
  if (std::filesystem::exists(kPromtool)) return true;
  WARN("skipped: promtool is not installed (Debian package prometheus)");
  return false;
}

bool has(const std::string& text, const std::string& part) {
  INFO(part << " is not in\n" << text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

std::string line_of(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find(begin);
  REQUIRE(at != std::string::npos);
  return text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST_CASE("metrics: figures of a sync, in the form that Prometheus takes, without account data") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  const nlohmann::json sync = crm.answer({"sync"});
  const Ended status = crm.upselld({"--quiet", "status", "--metrics"});
  REQUIRE(status.code == 0);
  has(status.out, "upselld_runs_total{kind=\"sync\",status=\"done\"} 1\n");
  has(status.out, "upselld_last_sync_success 1\n");
  has(status.out,
      "upselld_accounts{connection=\"crm\"} " + std::to_string(sync["accounts"].get<int>()) + "\n");
  has(status.out, "upselld_accounts_in_band{band=\"high\",connection=\"crm\"} " +
                      std::to_string(sync["bands"]["high"].get<int>()) + "\n");
  const auto& delivered = sync["delivered"];
  has(status.out,
      "upselld_last_sync_items{connection=\"crm\",state=\"delivered\"} " +
          std::to_string(delivered["fields"].get<int>() + delivered["tasks"].get<int>()) + "\n");
  has(status.out, "upselld_last_sync_items{connection=\"crm\",state=\"rejected\"} 0\n");
  has(status.out, "upselld_held{connection=\"crm\"} 0\n");
  has(status.out, "upselld_database_size_bytes{part=\"data\"} ");
  for (const nlohmann::json& account : crm.answer({"accounts", "--top", "20"})["accounts"]) {
    CHECK(status.out.find(account["name"].get<std::string>()) == std::string::npos);
  }
  if (!promtool_is_there()) return;
  const Ended checked = run(kPromtool, {"check", "metrics"}, "/", status.out);
  CHECK(checked.err + checked.out == "");
  CHECK(checked.code == 0);
}

TEST_CASE("metrics: the alert rules are what Prometheus takes") {
  if (!promtool_is_there()) return;
  const Ended checked =
      run(kPromtool, {"check", "rules", UPSELLD_SOURCE_DIR "/config/monitoring/upselld.rules.yaml"},
          "/");
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
}

TEST_CASE("metrics: each alert fires for what it is about, and is quiet otherwise") {
  if (!promtool_is_there()) return;
  const Ended tested = run(kPromtool, {"test", "rules", "upselld.tests.yaml"},
                           UPSELLD_SOURCE_DIR "/config/monitoring");
  INFO(tested.out << tested.err);
  CHECK(tested.code == 0);
}

TEST_CASE("metrics: a connection that fails is seen though another's syncs end well") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  const auto sync = [&](const char* connection) {
    return run(UPSELLD_PROGRAM,
               {"--config", "demo.yaml", "--quiet", "sync", "--connection", connection},
               crm.folder().path())
        .code;
  };
  const auto figures = [&] { return crm.upselld({"--quiet", "status", "--metrics"}).out; };
  REQUIRE(sync("crm") == 0);
  has(figures(), "upselld_last_sync_failed{connection=\"crm\"} 0\n");
  const std::string whole =
      line_of(figures(), "upselld_last_whole_sync_timestamp_seconds{connection=\"crm\"} ");
  const std::string orders = crm.folder().path("data/orders.csv");
  std::filesystem::rename(orders, orders + ".away");
  CHECK(sync("crm") == 1);
  CHECK(sync("website") == 0);
  const std::string failed = figures();
  has(failed, "upselld_last_sync_success 1\n");
  has(failed, "upselld_last_sync_failed{connection=\"crm\"} 1\n");
  has(failed, "upselld_last_sync_failed{connection=\"website\"} 0\n");
  has(failed, whole + "\n");
  has(failed, "upselld_last_whole_sync_timestamp_seconds{connection=\"website\"} ");
  std::filesystem::rename(orders + ".away", orders);
  CHECK(sync("crm") == 0);
  has(figures(), "upselld_last_sync_failed{connection=\"crm\"} 0\n");
}

TEST_CASE("metrics: figures of accounts stay those of the last sync that scored them") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  const nlohmann::json scored = crm.answer({"sync"});
  REQUIRE(scored["accounts"].get<int>() > 0);
  REQUIRE(scored["delivered"]["fields"].get<int>() > 0);
  const auto stay = [&] {
    const std::string figures = crm.upselld({"--quiet", "status", "--metrics"}).out;
    has(figures, "upselld_accounts{connection=\"crm\"} " +
                     std::to_string(scored["accounts"].get<int>()) + "\n");
    has(figures, "upselld_accounts_in_band{band=\"low\",connection=\"crm\"} " +
                     std::to_string(scored["bands"]["low"].get<int>()) + "\n");
  };
  CHECK(crm.answer({"sync", "--pull-only"})["pull_only"] == true);
  stay();
  const std::string orders = crm.folder().path("data/orders.csv");
  std::filesystem::rename(orders, orders + ".away");
  CHECK(crm.upselld({"sync"}).code == 1);
  stay();
}

TEST_CASE("notify: a connection that breaks is told of once, and once when it works again") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  crm.edit("demo.yaml", "currency: EUR",
           "currency: EUR\nnotify: {command: [/bin/sh, -c, cat >> heard.txt]}");
  const auto sync = [&] {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--quiet", "sync", "--pull-only"},
               crm.folder().path());
  };
  const auto heard = [&] {
    return crm.folder().has("heard.txt") ? crm.folder().read("heard.txt") : "";
  };
  REQUIRE(sync().code == 0);
  CHECK(heard().empty());
  const std::string orders = crm.folder().path("data/orders.csv");
  std::filesystem::rename(orders, orders + ".away");
  CHECK(sync().code == 1);
  const std::string broken = heard();
  has(broken, "crm: ");
  has(broken, "(connection_broken, since ");
  CHECK(sync().code == 1);
  CHECK(heard() == broken);
  const Ended open = run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--json", "--quiet", "notify"},
                         crm.folder().path());
  CHECK(open.json()["causes"].size() == 1);
  std::filesystem::rename(orders + ".away", orders);
  CHECK(sync().code == 0);
  has(heard(), "crm: over: ");
  const std::string all = heard();
  CHECK(sync().code == 0);
  CHECK(heard() == all);
}

TEST_CASE("notify: a test message is sent, and one that cannot be is an error, not a failed sync") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  CHECK(crm.upselld({"notify", "test"}).code == 2);
  crm.edit("demo.yaml", "currency: EUR",
           "currency: EUR\nnotify: {command: [/bin/sh, -c, cat > heard.txt]}");
  CHECK(
      run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "notify", "test"}, crm.folder().path()).code ==
      0);
  has(crm.folder().read("heard.txt"), "a test message");
  crm.edit("demo.yaml", "cat > heard.txt", "exit 7");
  const Ended failed =
      run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "notify", "test"}, crm.folder().path());
  CHECK(failed.code == 1);
  has(failed.err, "exit 7");
}
