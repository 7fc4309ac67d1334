// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/salesforce_run.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

namespace upselld::e2e {
namespace {

namespace fs = std::filesystem;
using sandbox::salesforce::Serving;

// What is stamped in the last minutes may still be on its way: no reading goes up to now.
constexpr const char* kLoaded = "2026-11-02T08:00:00Z";
constexpr const char* kExamples = UPSELLD_SOURCE_DIR "/config/examples/";

}  // namespace

SalesforceRun::SalesforceRun(HistorySize size, sandbox::ServerCertificate certificate) {
  const Ended made =
      run(UPSELLD_SANDBOX,
          {"generate", "--accounts", std::to_string(size.accounts), "--months",
           std::to_string(size.months), "--seed", std::to_string(size.seed), "--out", "data"},
          folder_.path());
  INFO(made.err);
  REQUIRE(made.code == 0);
  set_clock(kLoaded);
  ::setenv("UPSELLD_CLOCK", folder_.path("clock").c_str(), 1);
  sandbox::salesforce::ServeOptions options;
  options.tls = true;
  options.server_certificate = certificate;
  options.data = folder_.path("data");
  options.clock_file = folder_.path("clock");
  options.out = folder_.path("org");
  auto serving = Serving::start(options);
  INFO((serving ? std::string() : serving.error().message));
  REQUIRE(serving);
  serving_ = std::move(*serving);
  fs::copy(std::string(kExamples) + "demo-salesforce.yaml", folder_.path("upselld.yaml"));
  fs::copy(std::string(kExamples) + "demo-salesforce-playbook.yaml",
           folder_.path("demo-salesforce-playbook.yaml"));
  edit_settings("https://127.0.0.1:8443", serving_->instance_url());
  edit_settings("write: nothing ", "write: fields_and_tasks ");
  set_clock(kMonday);
}

SalesforceRun::~SalesforceRun() {
  ::unsetenv("UPSELLD_CLOCK");
}

Ended SalesforceRun::upselld(const std::vector<std::string>& arguments,
                             const std::string& input) const {
  return upselld_with("upselld.yaml", arguments, input);
}

Ended SalesforceRun::upselld_with(const std::string& settings,
                                  const std::vector<std::string>& arguments,
                                  const std::string& input) const {
  std::vector<std::string> all = {"--config", settings};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, folder_.path(), input);
}

nlohmann::json SalesforceRun::answer(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--json");
  const Ended ended = upselld(arguments);
  INFO("exit " << ended.code << "\nstdout: " << ended.out << "\nstderr: " << ended.err);
  REQUIRE((ended.code == 0 || ended.code == 3));
  return ended.json();
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
  folder_.write("clock", time + "\n");
  if (serving_) control("clock", {{"set", time}});
}

void SalesforceRun::edit_settings(const std::string& from, const std::string& to) const {
  std::string text = folder_.read("upselld.yaml");
  const std::size_t at = text.find(from);
  INFO("no \"" << from << "\"");
  REQUIRE(at != std::string::npos);
  folder_.write("upselld.yaml", text.replace(at, from.size(), to));
}

}  // namespace upselld::e2e
