// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/hubspot_run.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

namespace upselld::e2e {

using nlohmann::json;

SandboxPortal::SandboxPortal(const Folder& folder) {
  sandbox::ServeOptions options;
  options.tls = true;
  options.data = folder.path("data");
  options.clock_file = folder.path("clock");
  options.out = folder.path("portal");
  // For tests/contract/hubspot/check.
  const char* exchanges = std::getenv("UPSELLD_EXCHANGES");
  if (exchanges != nullptr) options.exchanges = exchanges;
  auto serving = sandbox::hubspot::Serving::start(options);
  INFO((serving ? std::string() : serving.error().message));
  REQUIRE(serving);
  serving_ = std::move(*serving);
  control("limits",
          {{"burst_max", 1'000'000}, {"oauth_burst_max", 1'000'000}, {"search_max", 1'000'000}});
  folder.write("portal/token", sandbox::hubspot::Auth::kServiceKey);
  std::filesystem::permissions(folder.path("portal/token"), std::filesystem::perms::owner_read);
}

json SandboxPortal::control(const std::string& name, const json& body) const {
  sandbox::HttpRequest asked;
  asked.method = "POST";
  asked.path = "/__sandbox/" + name;
  asked.body = body.dump();
  const sandbox::HttpAnswer answer = serving_->service().control(asked);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return json::parse(answer.body);
}

void SandboxPortal::keep_its_limits() const {
  sandbox::hubspot::Service& service = serving_->service();
  // upselld's own work takes the machine's time, and its waits the clock's.
  service.limits.pace = [&service] {
    const auto worked = std::chrono::steady_clock::now().time_since_epoch();
    return Instant{service.portal.now().ms +
                   std::chrono::duration_cast<std::chrono::milliseconds>(worked).count()};
  };
  control("limits", {{"burst_max", 190}, {"oauth_burst_max", 110}, {"search_max", 5}});
}

json SandboxPortal::look(const std::string& name, const std::string& object) const {
  sandbox::HttpRequest asked;
  asked.method = "GET";
  asked.path = "/__sandbox/" + name;
  if (!object.empty()) asked.query = {{"object", object}};
  return json::parse(serving_->service().control(asked).body);
}

json SandboxPortal::counters() const {
  return look("counters", "");
}

json SandboxPortal::requests() const {
  return look("requests", "");
}

std::map<std::string, json> SandboxPortal::records(const std::string& object) const {
  std::map<std::string, json> by_id;
  const json state = look("state", object);
  for (const json& each : state.at(object)) by_id[each.at("id")] = each;
  return by_id;
}

HubspotRun::HubspotRun(HistorySize size) : RehearsedRun(size), portal_(folder()) {
  take_settings("demo-hubspot.yaml");
  edit_settings("https://127.0.0.1:8443", portal_.url());
  edit_settings("write: nothing ", "write: fields_and_tasks ");
  set_clock(kMonday);
}

void HubspotRun::set_clock(const std::string& time) const {
  RehearsedRun::set_clock(time);
  portal_.control("clock", {{"set", time}});
}

}  // namespace upselld::e2e
