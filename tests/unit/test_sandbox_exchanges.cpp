// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sandbox/answers.h"
#include "sandbox/serving.h"
#include "tests/support/fake_host.h"

namespace upselld::sandbox {
namespace {

using Json = nlohmann::ordered_json;

HttpRequest form(const char* path, const char* body) {
  HttpRequest request;
  request.method = "POST";
  request.path = path;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = body;
  return request;
}

}  // namespace

TEST_CASE("sandbox exchanges: a login is kept without its secrets") {
  const tests::TempFolder folder;
  const std::string file = folder / "exchanges.jsonl";
  const auto log = ExchangeLog::open(file);
  REQUIRE(log);
  (*log)->note(form("/oauth/2026-09/token", "grant_type=refresh_token&refresh_token=hidden-1"),
               json_answer(200, R"({"token_type":"bearer","access_token":"hidden-2"})"));
  HttpRequest facts;
  facts.method = "GET";
  facts.path = "/oauth/v1/access-tokens/hidden-3";
  (*log)->note(facts, json_answer(200, R"({"token":"hidden-4"})"));
  HttpRequest list;
  list.method = "GET";
  list.path = "/crm/objects/2026-09/companies";
  list.query = {{"properties", "name"}, {"properties", "city"}};
  (*log)->note(list, json_answer(200, R"({"results":[]})"));
  const std::string kept = folder.read("exchanges.jsonl");
  CHECK(kept.find("hidden") == std::string::npos);
  const std::size_t end = kept.find('\n');
  const Json login = Json::parse(kept.substr(0, end));
  CHECK(login["request"] == Json({{"grant_type", "refresh_token"}, {"refresh_token", "<secret>"}}));
  CHECK(login["answer"] == Json({{"token_type", "bearer"}, {"access_token", "<secret>"}}));
  CHECK(Json::parse(kept.substr(end + 1))["query"]["properties"] == "name,city");
}

}  // namespace upselld::sandbox
