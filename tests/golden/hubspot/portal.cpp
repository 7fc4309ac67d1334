// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/hubspot/portal.h"

#include <ctime>

namespace upselld::tests {

using Json = nlohmann::json;

HttpResponse ScriptedPortal::made(int status, const std::string& body) const {
  HttpResponse response;
  response.status = status;
  response.body = body;
  const std::time_t now = clock_.time.ms / 1000;
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
  response.headers = {{"date", date}};
  return response;
}

// As strict as the account: a page that goes beyond 10,000 results is refused.
HttpResponse ScriptedPortal::crowd_search(const Json& body) const {
  const int limit = body["limit"], after = std::stoi(body["after"].get<std::string>());
  if (after + limit > 10'000) return made(400, R"({"status":"error","message":"too far"})");
  int last = 0;
  for (const Json& filter : body["filterGroups"][0]["filters"]) {
    if (filter["propertyName"] == "hs_object_id")
      last = std::stoi(filter["value"].get<std::string>());
  }
  Json results = Json::array();
  for (int id = last + after + 1; id <= crowd_ && results.size() < std::size_t(limit); ++id) {
    results.push_back({{"id", std::to_string(id)}});
  }
  return made(200, Json({{"total", crowd_ - last}, {"results", results}}).dump());
}

HttpResponse ScriptedPortal::no_links(const Json& body) const {
  Json errors = Json::array();
  for (const Json& input : body["inputs"]) {
    errors.push_back({{"category", "OBJECT_NOT_FOUND"},
                      {"subCategory", "crm.associations.NO_ASSOCIATIONS_FOUND"},
                      {"context", {{"fromObjectId", {input["id"]}}}}});
  }
  return made(207, Json({{"results", Json::array()}, {"errors", errors}}).dump());
}

HttpResponse ScriptedPortal::crowd_read(const Json& body) const {
  Json results = Json::array();
  for (const Json& input : body["inputs"]) {
    results.push_back({{"id", input["id"]},
                       {"updatedAt", "2026-11-22T11:50:00Z"},
                       {"properties", {{"name", "Company"}}}});
  }
  return made(200, Json({{"results", results}}).dump());
}

HttpResponse ScriptedPortal::usual(const HttpRequest& request, const std::string& path) const {
  const auto has = [&](const char* part) { return path.find(part) != std::string::npos; };
  if (has("/account-info/") && has("details")) {
    return made(200, R"({"portalId":4242,"accountType":"STANDARD","timeZone":"US/Pacific",)"
                     R"("companyCurrency":"EUR"})");
  }
  if (is_login(path)) return made(200, R"({"access_token":"next","expires_in":1800})");
  if (has("/owners")) {
    const bool is_archived = has("archived=true");
    return made(200, is_archived ? R"({"results":[]})"
                                 : R"({"results":[{"id":"7","email":"bo@acme.example"},)"
                                   R"({"id":"8","email":"ops@acme.example"}]})");
  }
  if (request.method == "GET" && has("/properties/") && has("?archived=false")) {
    const std::size_t end = path.find('?');
    const std::size_t begin = path.rfind('/', end) + 1;
    return made(200, properties(path.substr(begin, end - begin)).dump());
  }
  if (has("/groups") && request.method == "GET") return made(200, R"({"results":[]})");
  if (has("/pipelines/")) return made(200, R"({"results":[]})");
  if (crowd_ > 0 && has("/companies/search")) return crowd_search(Json::parse(request.body));
  if (crowd_ > 0 && has("/companies/batch/read")) return crowd_read(Json::parse(request.body));
  if (has("/search")) return made(200, R"({"total":0,"results":[]})");
  if (has("/associations/") && has("/batch/read")) return no_links(Json::parse(request.body));
  if (has("/batch/read")) return made(200, R"({"status":"COMPLETE","results":[]})");
  if (request.method == "GET" && has("/objects/")) return made(200, R"({"results":[]})");
  return made(404, R"({"status":"error","category":"OBJECT_NOT_FOUND","message":"not scripted"})");
}

// "string", "number calculated", "string unique", "enumeration a;b".
Json ScriptedPortal::properties(const std::string& object) const {
  Json results = Json::array();
  if (!portal_.contains(object)) return {{"results", results}};
  for (const auto& [name, value] : portal_[object].items()) {
    const std::string text = value.get<std::string>();
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string type = text.substr(0, blank);
    std::string more = blank < text.size() ? text.substr(blank + 1) : "";
    Json property = {{"name", name},
                     {"type", type},
                     {"calculated", more == "calculated"},
                     {"hasUniqueValue", more == "unique"}};
    Json options = Json::array();
    for (std::size_t at; type == "enumeration" && !more.empty(); more.erase(0, at + 1)) {
      at = std::min(more.find(';'), more.size());
      options.push_back({{"value", more.substr(0, at)}});
      if (at == more.size()) break;
    }
    property["options"] = options;
    results.push_back(property);
  }
  return {{"results", results}};
}

}  // namespace upselld::tests
