// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/salesforce_run.h"

#include <catch2/catch.hpp>

namespace upselld::e2e {
namespace {

using sandbox::salesforce::Serving;

}  // namespace

SalesforceRun::SalesforceRun(HistorySize size, sandbox::ServerCertificate certificate)
    : RehearsedRun(size) {
  sandbox::salesforce::ServeOptions options;
  options.tls = true;
  options.server_certificate = certificate;
  options.data = folder().path("data");
  options.clock_file = folder().path("clock");
  options.out = folder().path("org");
  auto serving = Serving::start(options);
  INFO((serving ? std::string() : serving.error().message));
  REQUIRE(serving);
  serving_ = std::move(*serving);
  take_settings("demo-salesforce.yaml");
  edit_settings("https://127.0.0.1:8443", serving_->instance_url());
  edit_settings("write: nothing ", "write: fields_and_tasks ");
  set_clock(kMonday);
}

Ended SalesforceRun::prepare(std::vector<std::string> more) const {
  more.insert(more.begin(), {"prepare", "crm", "--direct"});
  return upselld(more, admin_session() + "\n");
}

std::string SalesforceRun::admin_session() const {
  sandbox::HttpRequest login;
  login.method = "POST";
  login.path = "/services/oauth2/token";
  login.headers.set("Content-Type", "application/x-www-form-urlencoded");
  login.body = std::string("grant_type=client_credentials&client_id=sandbox-admin&client_secret=") +
               Serving::kClientSecret;
  const auto answer = nlohmann::json::parse(serving_->service().answer(login).body);
  return answer.at("access_token");
}

sandbox::HttpRequest SalesforceRun::request(const std::string& method,
                                            const std::string& name) const {
  sandbox::HttpRequest made;
  made.method = method;
  made.path = "/__sandbox/" + name;
  return made;
}

nlohmann::json SalesforceRun::control(const std::string& name, const nlohmann::json& body) const {
  sandbox::HttpRequest asked = request("POST", name);
  asked.body = body.dump();
  const sandbox::HttpAnswer answer = serving_->service().control(asked);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return nlohmann::json::parse(answer.body);
}

nlohmann::json SalesforceRun::counters() const {
  return nlohmann::json::parse(serving_->service().control(request("GET", "counters")).body);
}

std::vector<nlohmann::json> SalesforceRun::records(const std::string& object) const {
  sandbox::HttpRequest asked = request("GET", "state");
  asked.query = {{"object", object}};
  return nlohmann::json::parse(serving_->service().control(asked).body).at(object);
}

nlohmann::json SalesforceRun::record(const std::string& object, const std::string& id) const {
  for (nlohmann::json& each : records(object)) {
    if (each.at("Id") == id) return std::move(each);
  }
  FAIL("no " << object << " " << id);
  return {};
}

void SalesforceRun::set_clock(const std::string& time) const {
  RehearsedRun::set_clock(time);
  if (serving_) control("clock", {{"set", time}});
}

}  // namespace upselld::e2e
