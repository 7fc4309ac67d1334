// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/unit/hubspot_account.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr const char* kDetails = "/account-info/2026-09/details";
constexpr const char* kSearch = "/crm/objects/2026-09/companies/search";
const std::string kClient = "&client_id=sandbox-client&client_secret=sandbox-secret";

Json property(const std::string& name, bool unique = false) {
  return {{"groupName", "companyinformation"},
          {"name", name},
          {"label", name},
          {"type", "string"},
          {"fieldType", "text"},
          {"hasUniqueValue", unique}};
}

}  // namespace

TEST_CASE("sandbox hubspot: tokens are refused as the API refuses them") {
  TestAccount account;
  account.token = "unknown-token";
  CHECK(account.get(kDetails).body["category"] == "INVALID_AUTHENTICATION");
  account.token = "a b";
  const Said malformed = account.get(kDetails);
  CHECK(malformed.status == 530);
  CHECK(malformed.answer.headers.get("Content-Type").find("html") != std::string_view::npos);
  account.control("auth", {{"token", "pat-readonly"}, {"scopes", {"crm.objects.companies.read"}}});
  account.token = "pat-readonly";
  CHECK(account.get("/crm/objects/2026-09/companies").status == 200);
  const Said refused = account.get("/crm/objects/2026-09/tasks");
  CHECK(refused.status == 403);
  CHECK(refused.body["category"] == "MISSING_SCOPES");
  CHECK(refused.body["errors"][0]["context"]["requiredGranularScopes"] ==
        Json({"crm.objects.contacts.read"}));
}

TEST_CASE("sandbox hubspot: the token of an app tells what it may do") {
  TestAccount account;
  account.control("auth", {{"token", "pat-readonly"}, {"scopes", {"crm.objects.companies.read"}}});
  const std::string path = "/oauth/v2/private-apps/get/access-token-info";
  const Said said = account.post(path, {{"tokenKey", "pat-readonly"}});
  CHECK(said.status == 200);
  CHECK(said.body["scopes"] == Json({"crm.objects.companies.read"}));
  CHECK(account.post(path, {{"tokenKey", "pat-unknown"}}).status == 404);
  account.control("switches", {{"service_keys_tell_scopes", false}});
  CHECK(account.post(path, {{"tokenKey", "pat-readonly"}}).status == 404);
}

TEST_CASE("sandbox hubspot: OAuth gives tokens that expire by the clock") {
  TestAccount account;
  const std::string path = "/oauth/2026-09/token";
  const Said first = account.form(
      path, "grant_type=authorization_code&redirect_uri=x&code=sandbox-code" + kClient);
  REQUIRE(first.status == 200);
  const std::string refresh = first.body["refresh_token"];
  account.token = first.body["access_token"];
  CHECK(account.get(kDetails).status == 200);
  account.step(minutes(31));
  const Said expired = account.get(kDetails);
  CHECK(expired.status == 401);
  CHECK(expired.body["category"] == "EXPIRED_AUTHENTICATION");
  CHECK(expired.body["context"]["expire time"][0] == "2026-11-24T07:10:00.123Z");
  const auto inspect = [&](const std::string& token) {
    return account.form(path + "/introspect", "token=" + token + kClient).body["active"];
  };
  CHECK(inspect(account.token) == false);
  const Said again =
      account.form(path, "grant_type=refresh_token&refresh_token=" + refresh + kClient);
  account.token = again.body["access_token"];
  CHECK(account.get(kDetails).status == 200);
  CHECK(inspect(account.token) == true);
  CHECK(account.form(path + "/revoke", "token=" + refresh + kClient).status == 204);
  const Said dead =
      account.form(path, "grant_type=refresh_token&refresh_token=" + refresh + kClient);
  CHECK(dead.status == 400);
  CHECK(dead.body["error"] == "invalid_grant");
  CHECK(dead.body["status"] == "BAD_REFRESH_TOKEN");
  CHECK(account.post(path, {{"grant_type", "refresh_token"}}).status == 400);
}

TEST_CASE("sandbox hubspot: a refresh token works once where the account rotates them") {
  TestAccount account;
  account.control("switches", {{"rotate_refresh_tokens", true}});
  const std::string body = "grant_type=refresh_token&refresh_token=refresh-sandbox-0001" + kClient;
  const Said first = account.form("/oauth/2026-09/token", body);
  CHECK(first.body["refresh_token"] != "refresh-sandbox-0001");
  CHECK(account.form("/oauth/2026-09/token", body).status == 400);
}

TEST_CASE("sandbox hubspot: the burst limit rolls, is told in headers, and counts per app") {
  TestAccount account;
  account.control("limits", {{"burst_max", 3}, {"retry_after_share", 1.0}});
  for (int left = 2; left >= 0; --left) {
    const Said said = account.get(kDetails);
    CHECK(said.status == 200);
    CHECK(said.answer.headers.get("X-HubSpot-RateLimit-Remaining") == std::to_string(left));
  }
  const Said refused = account.get(kDetails);
  CHECK(refused.status == 429);
  CHECK(refused.body["policyName"] == "TEN_SECONDLY_ROLLING");
  CHECK_FALSE(refused.body.contains("category"));
  CHECK(refused.answer.headers.get("Retry-After") == "10");
  account.control("auth", {{"token", "pat-another"}});
  account.token = "pat-another";
  CHECK(account.get(kDetails).status == 200);
  account.token = Auth::kServiceKey;
  account.step(seconds(10));
  CHECK(account.get(kDetails).status == 200);
}

TEST_CASE("sandbox hubspot: searches are limited per account, without headers") {
  TestAccount account;
  account.control("auth", {{"token", "pat-another"}});
  for (int i = 0; i < 5; ++i) {
    account.token = i % 2 == 0 ? Auth::kServiceKey : "pat-another";
    const Said said = account.post(kSearch, Json::object());
    CHECK(said.status == 200);
    CHECK(said.answer.headers.find("X-HubSpot-RateLimit-Max") == nullptr);
  }
  const Said refused = account.post(kSearch, Json::object());
  CHECK(refused.status == 429);
  CHECK(refused.body["category"] == "RATE_LIMITS");
  CHECK_FALSE(refused.body.contains("policyName"));
  account.step(seconds(1));
  account.control("switches", {{"search_long_429", true}});
  for (int i = 0; i < 5; ++i) account.post(kSearch, Json::object());
  CHECK(account.post(kSearch, Json::object()).body["policyName"] == "SECONDLY");
}

TEST_CASE("sandbox hubspot: the day's pool ends at the account's own midnight") {
  TestAccount account;
  account.control("account", {{"time_zone", "America/New_York"}});
  account.control("limits", {{"daily_max", 10}, {"used_by_others", 8}});
  CHECK(account.get(kDetails).body["timeZone"] == "America/New_York");
  const Said usage = account.get("/account-info/2026-09/api-usage/daily/private-apps");
  CHECK(usage.body["results"][0]["currentUsage"] == 10);
  CHECK(usage.body["results"][0]["resetsAt"] == "2026-11-25T05:00:00Z");
  CHECK(account.get(kDetails).body["policyName"] == "DAILY");
  account.control("limits", {{"used_by_others", 0}});
  account.control("clock", {{"set", "2026-11-25T04:59:59Z"}});
  for (int i = 0; i < 8; ++i) CHECK(account.get(kDetails).status == 200);
  CHECK(account.get(kDetails).status == 429);
  account.control("clock", {{"set", "2026-11-25T05:00:00Z"}});
  CHECK(account.get(kDetails).status == 200);
}

TEST_CASE(
    "sandbox hubspot: another app takes searches and the day's calls, and none of our burst") {
  TestAccount account;
  account.control("switches", {{"noise", true}});
  account.control("limits", {{"daily_max", 1000}});
  const auto used = [&] {
    return account.control("limits", Json::object())["used_today"].get<int>();
  };
  std::set<int> passed_in_a_second;
  int passed_in_all = 0;
  for (int second = 0; second < 30; ++second) {
    int passed = 0;
    for (int i = 0; i < 5; ++i) {
      passed += account.post(kSearch, Json::object()).status == 200 ? 1 : 0;
    }
    passed_in_a_second.insert(passed);
    passed_in_all += passed;
    account.step(seconds(1));
  }
  CHECK(passed_in_a_second == std::set<int>{1, 2, 3, 4, 5});
  const Said said = account.get(kDetails);
  CHECK(said.answer.headers.get("X-HubSpot-RateLimit-Remaining") == "189");
  // At 6:40 of a day.
  CHECK(used() == 1 + passed_in_all + 139);
  CHECK(said.answer.headers.get("X-HubSpot-RateLimit-Daily-Remaining") ==
        std::to_string(1000 - used()));
  account.control("clock", {{"set", "2026-11-24T23:59:59Z"}});
  CHECK(used() == 1 + passed_in_all + 499);
  account.control("clock", {{"set", "2026-11-25T00:00:00Z"}});
  CHECK(used() == 0);
}

TEST_CASE("sandbox hubspot: properties are made once, restored, and never made unique later") {
  TestAccount account;
  const std::string path = "/crm/properties/2026-09/companies";
  CHECK(account.post(path, property("upselld_note")).status == 201);
  const Said twice = account.post(path, property("upselld_note"));
  CHECK(twice.status == 409);
  CHECK(twice.body["category"] == "OBJECT_ALREADY_EXISTS");
  CHECK(twice.body["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS");
  CHECK(account.call("DELETE", path + "/upselld_note").status == 204);
  CHECK(account.get(path + "/upselld_note").status == 404);
  const Said restored = account.post(path, property("upselld_note", /*unique=*/true));
  CHECK(restored.status == 201);
  CHECK(restored.body["hasUniqueValue"] == false);
  CHECK(account.call("PATCH", path + "/upselld_note", {{"hasUniqueValue", true}}).status == 400);
  CHECK(account.post(path, property("Bad")).status == 400);
  for (int i = 0; i < 10; ++i) {
    CHECK(account.post(path, property("unique_" + std::to_string(i), true)).status == 201);
  }
  CHECK(account.post(path, property("unique_10", true)).status == 400);
}

TEST_CASE("sandbox hubspot: options are replaced as a list, and what is gone is refused") {
  TestAccount account;
  account.control("property", {{"object", "companies"}, {"define", "band:e=high;low"}});
  const std::string id = account.make("companies", {{"band", "low"}});
  const Json high = {{"label", "High"}, {"value", "high"}, {"displayOrder", 0}, {"hidden", false}};
  CHECK(account.call("PATCH", "/crm/properties/2026-09/companies/band", {{"options", {high}}})
            .status == 200);
  const Said said = account.call("PATCH", "/crm/objects/2026-09/companies/" + id,
                                 {{"properties", {{"band", "low"}}}});
  CHECK(code_of(said) == "INVALID_OPTION");
}

TEST_CASE("sandbox hubspot: a group with properties stays, and tasks may refuse unique keys") {
  TestAccount account;
  const std::string groups = "/crm/properties/2026-09/tasks/groups";
  const Json group = {{"name", "upselld"}, {"label", "upselld"}};
  CHECK(account.post(groups, group).status == 201);
  CHECK(account.post(groups, group).status == 409);
  account.control("switches", {{"task_properties_never_unique", true}});
  Json key = property("upselld_task_key", true);
  key["groupName"] = "upselld";
  CHECK(account.post("/crm/properties/2026-09/tasks", key).body["hasUniqueValue"] == false);
  const Said busy = account.call("DELETE", groups + "/upselld");
  CHECK(busy.body["subCategory"] == "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES");
  account.control("switches", {{"task_properties_forbidden", true}});
  key["name"] = "another";
  CHECK(account.post("/crm/properties/2026-09/tasks", key).status == 403);
}

TEST_CASE("sandbox hubspot: owners who left are told apart") {
  TestAccount account;
  const Said active = account.get("/crm/owners/2026-09?limit=1");
  CHECK(active.body["results"].size() == 1);
  CHECK(active.body["paging"]["next"].contains("after"));
  const Said gone = account.get("/crm/owners/2026-09?archived=true");
  REQUIRE(gone.body["results"].size() == 1);
  CHECK(gone.body["results"][0]["userId"].is_null());
  CHECK(gone.body["results"][0]["userIdIncludingInactive"] == 9'586'506);
}

TEST_CASE("sandbox hubspot: faults lose answers of what was done, or never do it") {
  TestAccount account;
  const std::string id = account.company("Acme");
  const auto write = [&](const char* text) {
    return account.call("PATCH", "/crm/objects/2026-09/companies/" + id,
                        {{"properties", {{"description", text}}}});
  };
  account.control("faults", {{"add",
                              {{{"method", "PATCH"}, {"drop_after", true}},
                               {{"method", "PATCH"},
                                {"status", 502},
                                {"content_type", "text/html"},
                                {"answer_body", "<html></html>"}},
                               {{"method", "PATCH"}, {"status", 504}, {"after", true}}}}});
  CHECK(write("lost").answer.cut_after_bytes == 0);
  CHECK(account.value("companies", id, "description") == "lost");
  CHECK(write("never").status == 502);
  CHECK(account.value("companies", id, "description") == "lost");
  CHECK(write("late").status == 504);
  CHECK(account.value("companies", id, "description") == "late");
  account.control("switches", {{"empty_partial_answers", true}});
  const Said empty =
      account.post("/crm/objects/2026-09/companies/batch/update",
                   {{"inputs", {{{"id", id}, {"properties", {{"description", "unseen"}}}}}}});
  CHECK(empty.status == 207);
  CHECK(empty.body["results"].empty());
  CHECK(empty.body["errors"].empty());
  CHECK(account.value("companies", id, "description") == "unseen");
  account.control("switches",
                  {{"empty_partial_answers", false}, {"forgetful_partial_answers", true}});
  const Json two = {{{"id", id}, {"properties", {{"description", "told"}}}},
                    {{"id", account.company("b")}, {"properties", {{"description", "kept"}}}}};
  const Said some = account.post("/crm/objects/2026-09/companies/batch/update", {{"inputs", two}});
  CHECK(some.status == 207);
  CHECK(some.body["results"].size() == 1);
  CHECK(account.value("companies", two[1]["id"], "description") == "kept");
  account.control(
      "faults",
      {{"add",
        {{{"method", "GET"},
          {"edit", {{"object", "companies"}, {"id", id}, {"properties", {{"name", "Bolt"}}}}}},
         {{"method", "GET"}, {"edit", {{"object", "companies"}, {"id", "17"}}}}}}});
  CHECK(account.get("/crm/objects/2026-09/companies/" + id).body["properties"]["name"] == "Bolt");
  CHECK(account.get(kDetails).status == 200);
  CHECK(account.look("counters")["edits_refused"] == 1);
  account.control("clock", {{"skew", "10m"}});
  CHECK(account.get(kDetails).answer.headers.get("Date") == "Tue, 24 Nov 2026 06:50:00 GMT");
}

TEST_CASE("sandbox hubspot: trouble by chance comes as often as told, the same for a seed") {
  const auto troubled = [](std::uint64_t seed) {
    TestAccount account(seed);
    account.control("limits", {{"enforces", false}});
    account.control("faults", {{"share", 0.2}});
    std::vector<int> out;
    for (int i = 0; i < 500; ++i) {
      const Said said = account.get(kDetails);
      if (said.status != 200 || said.answer.cut_after_bytes) out.push_back(i);
    }
    return out;
  };
  const std::vector<int> first = troubled(3);
  CHECK(first.size() > 60);
  CHECK(first.size() < 140);
  CHECK(first == troubled(3));
  CHECK(first != troubled(4));
}

TEST_CASE("sandbox hubspot: a long address is refused in HTML, and searches are counted apart") {
  TestAccount account;
  const Said said =
      account.get("/crm/objects/2026-09/companies?properties=" + std::string(8'001, 'x'));
  CHECK(said.status == 414);
  CHECK(said.answer.body.starts_with("<html>"));
  account.post(kSearch, Json::object());
  account.get(kDetails);
  const Json counters = account.look("counters");
  CHECK(counters["searches"] == 1);
  CHECK(counters["others"] == 2);
}

TEST_CASE("sandbox hubspot: custom objects are read and associated like all others") {
  TestAccount account;
  const Said made = account.post(
      "/crm-object-schemas/2026-09/schemas",
      {{"name", "visits"},
       {"labels", {{"singular", "Visit"}, {"plural", "Visits"}}},
       {"properties",
        {{{"name", "pages"}, {"label", "Pages"}, {"type", "number"}, {"fieldType", "number"}}}}});
  REQUIRE(made.status == 201);
  const std::string type = made.body["objectTypeId"];
  const std::string visit = account.make(type, {{"pages", "3"}}), company = account.company("Acme");
  CHECK(account.value(made.body["fullyQualifiedName"], visit, "pages") == "3");
  const Said linked = account.call("PUT", "/crm/objects/2026-09/" + type + "/" + visit +
                                              "/associations/default/companies/" + company);
  CHECK(linked.status == 200);
  CHECK(linked.body["results"].size() == 2);
  CHECK(account.get("/crm/objects/2026-09/companies/" + company + "/associations/visits")
            .body["results"][0]["toObjectId"]
            .dump() == visit);
}

}  // namespace upselld::sandbox::hubspot
