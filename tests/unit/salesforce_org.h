// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/salesforce/service.h"

namespace upselld::sandbox::salesforce {

using Json = nlohmann::ordered_json;

struct Said {
  int status = 0;
  Json body;
  HttpAnswer answer;
};

// An org without sockets: requests go straight to it.
class TestOrg {
 public:
  explicit TestOrg(std::uint64_t seed = 7) : service(clock, seed, 1) {
    service.auth.instance_url = "http://127.0.0.1:1";
    service.auth.apps.push_back({"app", "secret", "", service.org.integration_id});
    service.auth.apps.push_back({"admin-app", "secret", "", service.org.admin_id});
    token = login("app");
    admin_token = login("admin-app");
  }

  std::string login(const std::string& client_id) {
    HttpRequest request = made("POST", "/services/oauth2/token");
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = "grant_type=client_credentials&client_id=" + client_id + "&client_secret=secret";
    return Json::parse(service.answer(request).body).value("access_token", "");
  }

  // `path` below the version, with its query.
  Said call(const std::string& method, const std::string& path, const Json& body = nullptr) {
    HttpRequest request = data_request(method, path);
    if (!body.is_null()) {
      request.headers.set("Content-Type", "application/json");
      request.body = body.dump();
    }
    return send(request);
  }
  Said get(const std::string& path) { return call("GET", path); }
  Said query(const std::string& soql, const std::string& resource = "query") {
    HttpRequest request = data_request("GET", resource);
    request.query = {{"q", soql}};
    return send(request);
  }
  Said send(const HttpRequest& request) {
    Said said;
    said.answer = service.answer(request);
    said.status = said.answer.status;
    said.body = Json::parse(said.answer.body, nullptr, /*allow_exceptions=*/false);
    return said;
  }
  HttpRequest data_request(const std::string& method, const std::string& path) {
    HttpRequest request = made(method, "/services/data/v" + version + "/" + path);
    const std::size_t mark = request.path.find('?');
    if (mark != std::string::npos) {
      request.query = parse_parameters(request.path.substr(mark + 1));
      request.path.resize(mark);
    }
    request.headers.set("Authorization", "Bearer " + token);
    return request;
  }
  Json control(const std::string& name, const Json& body) {
    HttpRequest request = made("POST", "/__sandbox/" + name);
    request.body = body.dump();
    const HttpAnswer answer = service.control(request);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  Json counters() { return Json::parse(service.control(made("GET", "/__sandbox/counters")).body); }

  std::string account(const std::string& name) {
    const Said said = call("POST", "sobjects/Account", {{"Name", name}});
    REQUIRE(said.status == 201);
    return said.body["id"];
  }
  // The key of tasks, as prepare makes it, and seen by the integration user.
  void add_task_key() {
    control("fields", {{"object", "Task"}, {"fields", "upselld_Key__c:string:80:uxc"}});
  }
  std::string value(const std::string& id, const std::string& field) {
    const Row* row = service.org.find_row(id);
    const ObjectType* type = service.org.schema.by_prefix(id);
    const int column = type->column(field);
    return json_of(cell(*row, column), type->fields[static_cast<std::size_t>(column)].type);
  }

  static HttpRequest made(const std::string& method, const std::string& path) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    return request;
  }

  VirtualClock clock{Instant{1'795'502'400'000}};  // 2026-11-24T06:40:00Z
  Service service;
  std::string token, admin_token, version = "62.0";
};

inline std::string code_of(const Said& said) {
  return said.body.is_array() && !said.body.empty() ? said.body[0].value("errorCode", "") : "";
}
inline std::string row_code(const Json& row) {
  return row["success"] == true ? "" : row["errors"][0].value("statusCode", "");
}

}  // namespace upselld::sandbox::salesforce
