// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/app.h"
#include "daemon/command_list.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::string& connection, const PrepareReport& report) {
  return {{"connection", connection}, {"steps", report.steps}, {"left_to_do", report.left_to_do}};
}

void print(const std::string& connection, const PrepareReport& report) {
  for (const std::string& step : report.steps) std::cout << connection << "  " << step << "\n";
  if (report.left_to_do.empty()) return;
  std::cout << "left to do by a person:\n";
  for (const std::string& step : report.left_to_do) std::cout << "  - " << step << "\n";
}

}  // namespace

Result<int> prepare_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const std::string wanted =
      invocation.arguments.empty() ? std::string() : invocation.arguments.front();
  const PrepareRequest request = {invocation.has("--dry-run"), invocation.has("--remove")};
  Json all = Json::array();
  bool is_found = false;
  for (Link& link : (*app)->links()) {
    if (!wanted.empty() && wanted != link.name()) continue;
    is_found = true;
    const auto report = link.connector->prepare(request);
    // A connection that needs nothing is no failure, unless it was asked for by name.
    if (!report && report.error().kind == ErrorKind::unsupported && wanted.empty()) continue;
    if (!report) return report.error();
    all.push_back(to_json(link.name(), *report));
    if (!invocation.json) print(link.name(), *report);
  }
  if (!is_found) {
    return Error{ErrorKind::invalid_config, "there is no connection " + wanted, {}};
  }
  if (invocation.json) std::cout << Json({{"connections", all}}).dump(2) << "\n";
  if (!invocation.json && all.empty()) std::cout << "no connection needs to be prepared\n";
  return kDone;
}

}  // namespace upselld::daemon
