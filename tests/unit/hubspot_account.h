// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/hubspot/service.h"
#include "tests/support/kept_exchanges.h"

namespace upselld::sandbox::hubspot {

struct Said {
  int status = 0;
  Json body;
  HttpAnswer answer;
};

// An account without sockets: requests go straight to it.
class TestAccount {
 public:
  explicit TestAccount(std::uint64_t seed = 7) : service(clock, seed) {
    service.portal.index_delay = {0};
  }

  // `path` with its version and query.
  Said call(const std::string& method, const std::string& path, const Json& body = nullptr) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    const std::size_t mark = path.find('?');
    if (mark != std::string::npos) {
      request.query = parse_parameters(path.substr(mark + 1));
      request.path.resize(mark);
    }
    request.headers.set("Authorization", "Bearer " + token);
    if (!body.is_null()) {
      request.headers.set("Content-Type", "application/json");
      request.body = body.dump();
    }
    return send(request);
  }
  Said get(const std::string& path) { return call("GET", path); }
  Said post(const std::string& path, const Json& body) { return call("POST", path, body); }
  Said form(const std::string& path, const std::string& body) {
    HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = body;
    return send(request);
  }
  Said send(const HttpRequest& request) {
    Said said;
    said.answer = service.answer(request);
    exchanges->note(request, said.answer);
    said.status = said.answer.status;
    said.body = Json::parse(said.answer.body, nullptr, /*allow_exceptions=*/false);
    return said;
  }
  Json control(const std::string& name, const Json& body) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/__sandbox/" + name;
    request.body = body.dump();
    const HttpAnswer answer = service.control(request);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  Json look(const std::string& name) {
    HttpRequest request;
    request.method = "GET";
    request.path = "/__sandbox/" + name;
    return Json::parse(service.control(request).body);
  }

  std::string make(const std::string& object, const Json& properties) {
    return control("edit", {{"object", object}, {"properties", properties}})["id"];
  }
  std::string company(const std::string& name) { return make("companies", {{"name", name}}); }
  // The unique key of tasks, as prepare makes it.
  void add_task_key() {
    const Said said = post("/crm/properties/2026-09/tasks", {{"groupName", "taskinformation"},
                                                             {"name", "upselld_task_key"},
                                                             {"label", "Key"},
                                                             {"type", "string"},
                                                             {"fieldType", "text"},
                                                             {"hasUniqueValue", true}});
    REQUIRE(said.status == 201);
  }
  std::string value(const std::string& object, const std::string& id, const std::string& property) {
    const Said said = get("/crm/objects/2026-09/" + object + "/" + id + "?properties=" + property);
    REQUIRE(said.status == 200);
    const Json& found = said.body["properties"][property];
    return found.is_null() ? "" : found.get<std::string>();
  }
  void step(Duration by) { clock.step(by); }

  VirtualClock clock{Instant{1'795'502'400'123}};  // 2026-11-24T06:40:00.123Z
  Service service;
  std::unique_ptr<ExchangeLog> exchanges = kept_exchanges();
  std::string token = Auth::kServiceKey;
};

inline std::string code_of(const Said& said) {
  return said.body.contains("errors") ? said.body["errors"][0].value("code", "") : "";
}
inline std::vector<std::string> ids_of(const Json& results) {
  std::vector<std::string> out;
  for (const Json& each : results) out.push_back(each["id"]);
  return out;
}

}  // namespace upselld::sandbox::hubspot
