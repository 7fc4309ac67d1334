// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/salesforce/org.h"

namespace upselld::tests {

using Json = nlohmann::json;

HttpResponse ScriptedOrg::made(int status, const std::string& body) const {
  HttpResponse response;
  response.status = status;
  response.body = body;
  response.headers = {{"date", "Sun, 22 Nov 2026 12:00:00 GMT"},
                      {"sforce-limit-info", "api-usage=100/15000"}};
  return response;
}

HttpResponse ScriptedOrg::usual(const HttpRequest& request, const std::string& path) const {
  const auto has = [&](const char* part) { return path.find(part) != std::string::npos; };
  if (has("/oauth2/token")) {
    return made(200,
                R"({"access_token":"00D000000000001!token","instance_url":)"
                R"("https://acme.my.salesforce.example","id":)"
                R"("https://login.salesforce.example/id/00D000000000001AAA/005000000000001AAA"})");
  }
  if (path.ends_with("/describe")) {
    const std::size_t begin = path.find("/sobjects/") + 10;
    const std::string object = path.substr(begin, path.rfind('/') - begin);
    if (!org_.contains(object)) {
      return made(404, R"([{"errorCode":"NOT_FOUND","message":"no such object"}])");
    }
    return made(200, describe(object).dump());
  }
  if (path.ends_with("/sobjects")) {
    Json objects = Json::array();
    for (const auto& [name, fields] : org_.items()) {
      objects.push_back({{"name", name}, {"queryable", true}});
    }
    return made(200, Json({{"sobjects", objects}}).dump());
  }
  if (has("/updated?"))
    return made(200, R"({"ids":[],"latestDateCovered":"2026-11-22T11:55:00.000+0000"})");
  if (has("FROM TaskStatus")) {
    return made(200, R"({"totalSize":2,"done":true,"records":[)"
                     R"({"ApiName":"Offen","IsClosed":false,"IsDefault":true},)"
                     R"({"ApiName":"Erledigt","IsClosed":true,"IsDefault":false}]})");
  }
  if (has("FROM User")) {
    return made(
        200,
        R"({"totalSize":1,"done":true,"records":[)"
        R"({"Id":"005000000000002AAA","Username":"bo@acme.example","Email":"bo@acme.example"}]})");
  }
  if (has("/query")) return made(200, R"({"totalSize":0,"done":true,"records":[]})");
  if (request.method == "DELETE") return made(204, "");
  return made(404, R"([{"errorCode":"NOT_FOUND","message":"nothing is scripted here"}])");
}

// "reference:User:Owner" is a lookup, "string:255:unique" a unique text, "double" a number.
Json ScriptedOrg::describe(const std::string& object) const {
  Json fields = Json::array();
  for (const auto& [name, value] : org_[object].items()) {
    std::vector<std::string> words;
    std::string rest = value.get<std::string>() + ":";
    for (std::size_t at; (at = rest.find(':')) != std::string::npos; rest.erase(0, at + 1)) {
      words.push_back(rest.substr(0, at));
    }
    const bool is_reference = words[0] == "reference";
    Json field = {{"name", name}, {"type", words[0]}, {"filterable", true}};
    const auto is = [&](const char* word) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    field["createable"] = !is("readonly");
    field["updateable"] = !is("readonly");
    field["unique"] = is("unique");
    field["externalId"] = is("unique");
    field["calculated"] = is("formula");
    field["length"] = words.size() > 1 && words[0] == "string" ? std::stoi("0" + words[1]) : 0;
    if (is_reference) field["referenceTo"] = {words[1]};
    if (is_reference) field["relationshipName"] = words[2];
    fields.push_back(field);
  }
  return {{"name", object},
          {"queryable", true},
          {"updateable", true},
          {"replicateable", true},
          {"fields", fields}};
}

}  // namespace upselld::tests
