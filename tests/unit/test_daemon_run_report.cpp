// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/run_report.h"

using namespace upselld::daemon;

TEST_CASE("run report: what is told of single accounts is shown, and only counted in the store") {
  RunReport report;
  report.connections.resize(1);
  report.connections[0].notes = {"writing is paused"};
  report.connections[0].account_notes = {"A17: pause_until: no date", "A18: pause_until: no date"};
  const auto shown = nlohmann::json::parse(to_json(report));
  CHECK(shown.at("notes").size() == 3);
  CHECK(to_text(report).find("A17: pause_until") != std::string::npos);
  const auto stored = nlohmann::json::parse(stored_json(report));
  CHECK(stored.at("notes").size() == 2);
  CHECK(stored.at("notes").at(0) == "writing is paused");
  CHECK(stored.at("notes").at(1).get<std::string>().find("2 notes about single accounts") == 0);
  CHECK(stored.dump().find("A17") == std::string::npos);
}
