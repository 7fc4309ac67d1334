// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/salesforce/org.h"

namespace upselld::tests {

using Json = nlohmann::json;

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

HttpResponse ScriptedOrg::made(int status, const std::string& body) const {
  HttpResponse response;
  response.status = status;
  response.body = body;
  response.headers = {{"date", "Sun, 22 Nov 2026 12:00:00 GMT"},
                      {"sforce-limit-info", "api-usage=100/15000"}};
  return response;
}

Result<HttpResponse> ScriptedOrg::send(const HttpRequest& request) {
  const std::size_t host = request.url.find('/', 8);
  const std::string path = decoded(request.url.substr(host));
  // Tokens must stand in no expected file, and bodies of logins hold nothing but secrets.
  const bool is_login = path.ends_with("/oauth2/token");
  std::string line = "> " + request.method + " " + request.url.substr(0, host) + path;
  if (request.wait_before.ms > 0) {
    line += " after " + std::to_string(request.wait_before.ms) + " ms";
    clock_.time = clock_.time + request.wait_before;
  }
  if (!request.repeatable) line += " once";
  lines_.push_back(line);
  if (!request.body.empty() && !is_login) lines_.push_back("  " + request.body);
  const std::string asked = request.method + " " + path + " " + request.body;
  for (Json& answer : answers_) {
    if (asked.find(answer["when"].get<std::string>()) == std::string::npos) continue;
    const std::int64_t served = answer.value("served", std::int64_t{0});
    if (served >= answer.value("times", std::int64_t{1})) continue;
    answer["served"] = served + 1;
    return scripted(answer);
  }
  return usual(request, path);
}

Result<HttpResponse> ScriptedOrg::scripted(Json& answer) {
  const std::string fail = answer.value("fail", "");
  if (fail == "timed_out") return Error{ErrorKind::timed_out, "the connection ended", {}};
  if (fail == "unavailable") return Error{ErrorKind::unavailable, "no connection", {}};
  const std::string body =
      answer.contains("json") ? answer["json"].dump() : answer.value("text", "");
  HttpResponse response = made(answer.value("status", 200), body);
  const Json headers = answer.value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) {
    std::erase_if(response.headers, [&](const auto& header) { return header.first == name; });
    response.headers.emplace_back(name, value.get<std::string>());
  }
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

std::vector<std::string> ScriptedOrg::unused() const {
  std::vector<std::string> all;
  for (const Json& answer : answers_) {
    if (answer.value("served", 0) == 0) all.push_back(answer["when"].get<std::string>());
  }
  return all;
}

}  // namespace upselld::tests
