// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <set>

#include "tests/unit/hubspot_account.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr const char* kCompanies = "/crm/objects/2026-09/companies";
constexpr const char* kSearch = "/crm/objects/2026-09/companies/search";
constexpr const char* kRead = "/crm/objects/2026-09/companies/batch/read";

Json filter(const std::string& property, const std::string& test, const Json& value = nullptr) {
  Json out = {{"propertyName", property}, {"operator", test}};
  if (value.is_array()) out["values"] = value;
  if (value.is_string()) out["value"] = value;
  return out;
}

Json search_by(const std::vector<Json>& filters) {
  return {{"filterGroups", {{{"filters", filters}}}}};
}

Json ids_input(const std::vector<std::string>& ids) {
  Json inputs = Json::array();
  for (const std::string& id : ids) inputs.push_back({{"id", id}});
  return {{"properties", {"name"}}, {"inputs", inputs}};
}

}  // namespace

TEST_CASE("sandbox hubspot: every version's paths lead to one state") {
  TestAccount account;
  const std::string id = account.company("Acme");
  for (const char* path : {"/crm/objects/2026-09/companies/", "/crm/objects/2026-03/company/",
                           "/crm/v3/objects/companies/", "/crm/objects/2026-09/0-2/"}) {
    CHECK(account.get(path + id).body["properties"]["name"] == "Acme");
  }
  CHECK(account.get("/crm/objects/v3/companies/" + id).status == 404);
  CHECK(account.get("/crm/v4/objects/companies/" + id).status == 404);
  CHECK(account.get("/crm/objects/2025-09/companies/" + id).status == 404);
}

TEST_CASE("sandbox hubspot: a list goes by id, page by page, and shows archived ones apart") {
  TestAccount account;
  account.control("seed", {{"object", "companies"},
                           {"count", 25},
                           {"properties", {{"name", "Seeded #"}}},
                           {"at", "2026-11-01T00:00:00Z"}});
  std::vector<std::string> ids;
  std::string after;
  do {
    const Said page =
        account.get(std::string(kCompanies) + (after.empty() ? "" : "?after=" + after));
    REQUIRE(page.status == 200);
    for (const std::string& id : ids_of(page.body["results"])) ids.push_back(id);
    after = page.body.contains("paging") ? page.body["paging"]["next"]["after"].get<std::string>()
                                         : std::string();
  } while (!after.empty());
  CHECK(ids.size() == 25);
  CHECK(std::is_sorted(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return std::stoll(a) < std::stoll(b);
  }));
  CHECK(account.get(std::string(kCompanies) + "?limit=101").status == 400);
  CHECK(account.call("DELETE", std::string(kCompanies) + "/" + ids[3]).status == 204);
  CHECK(account.get(std::string(kCompanies) + "/" + ids[3]).status == 404);
  const Said gone = account.get(std::string(kCompanies) + "?archived=true");
  CHECK(ids_of(gone.body["results"]) == std::vector<std::string>{ids[3]});
  CHECK(gone.body["results"][0].contains("archivedAt"));
  account.step(days(91));
  CHECK(account.get(std::string(kCompanies) + "?archived=true").body["results"].empty());
}

TEST_CASE("sandbox hubspot: values are texts or null, and unknown names are ignored") {
  TestAccount account;
  const std::string id = account.make(
      "companies", {{"name", "Acme"}, {"annualrevenue", 1200.5}, {"closedate", "2026-11-01"}});
  const Said said = account.get(std::string(kCompanies) + "/" + id +
                                "?properties=annualrevenue,city,nosuch,closedate");
  const Json& properties = said.body["properties"];
  CHECK(properties["annualrevenue"] == "1200.5");
  CHECK(properties["closedate"] == "2026-11-01T00:00:00Z");
  CHECK(properties["createdate"] == "2026-11-24T06:40:00.123Z");
  CHECK(properties["city"].is_null());
  CHECK_FALSE(properties.contains("nosuch"));
  account.control("switches", {{"absent_when_unset", true}});
  CHECK_FALSE(account.get(std::string(kCompanies) + "/" + id + "?properties=city")
                  .body["properties"]
                  .contains("city"));
}

TEST_CASE("sandbox hubspot: a batch read answers 207 with one entry for all that is missing") {
  TestAccount account;
  const std::string a = account.company("a"), b = account.company("b");
  CHECK(account.post(kRead, ids_input({a, b})).status == 200);
  const Said said = account.post(kRead, ids_input({a, "17", b, "18"}));
  CHECK(said.status == 207);
  CHECK(said.body["results"].size() == 2);
  CHECK(said.body["numErrors"] == 1);
  CHECK(said.body["errors"][0]["context"]["ids"] == Json({"17", "18"}));
  const Said twice = account.post(kRead, ids_input({a, a}));
  CHECK(twice.status == 400);
  CHECK(twice.body["context"]["ids"] == Json({a}));
  CHECK(account.post(kRead, ids_input(std::vector<std::string>(101, a))).status == 400);
  Json by_name = ids_input({"a"});
  by_name["idProperty"] = "name";
  CHECK(account.post(kRead, by_name).status == 400);
}

TEST_CASE("sandbox hubspot: a search walks 25,000 records of one modify date by their ids") {
  TestAccount account;
  account.control("limits", {{"enforces", false}});
  account.control("seed",
                  {{"object", "companies"}, {"count", 25'000}, {"at", "2026-11-01T00:00:00Z"}});
  const Json window = filter("hs_lastmodifieddate", "GTE", "2026-11-01T00:00:00Z");
  Json body = search_by({window});
  body["limit"] = 200;
  body["after"] = "9800";
  const Said edge = account.post(kSearch, body);
  CHECK(edge.status == 200);
  CHECK(edge.body["total"] == 25'000);
  body["after"] = "9801";
  CHECK(account.post(kSearch, body).status == 400);
  std::string last = "0";
  std::size_t seen = 0;
  for (;;) {
    Json next = search_by({window, filter("hs_object_id", "GT", last)});
    next["limit"] = 200;
    next["sorts"] = {{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}}};
    const Json results = account.post(kSearch, next).body["results"];
    seen += results.size();
    if (results.size() < 200) break;
    last = results.back()["id"];
  }
  CHECK(seen == 25'000);
}

TEST_CASE("sandbox hubspot: filters compare as their types do") {
  TestAccount account;
  account.control("limits", {{"enforces", false}});
  account.control("property", {{"object", "companies"}, {"define", "plan:e=Basic;Pro"}});
  const std::string a =
      account.make("companies", {{"name", "Acme"}, {"plan", "Pro"}, {"numberofemployees", "9"}});
  const std::string b = account.make("companies", {{"name", "bolt"}, {"numberofemployees", "10"}});
  const auto found = [&](const Json& one) {
    const Said said = account.post(kSearch, search_by({one}));
    REQUIRE(said.status == 200);
    return ids_of(said.body["results"]);
  };
  using Ids = std::vector<std::string>;
  CHECK(found(filter("name", "EQ", "ACME")) == Ids{a});
  CHECK(found(filter("plan", "EQ", "pro")) == Ids{});
  CHECK(found(filter("name", "IN", Json({"Acme"}))) == Ids{});
  CHECK(found(filter("name", "IN", Json({"acme"}))) == Ids{a});
  CHECK(found(filter("numberofemployees", "GT", "9")) == Ids{b});
  CHECK(found(filter("plan", "NOT_HAS_PROPERTY")) == Ids{b});
  CHECK(found(filter("plan", "NEQ", "Basic")) == Ids{a});
  CHECK(found(filter("name", "CONTAINS_TOKEN", "bol*")) == Ids{b});
  CHECK(account.post(kSearch, search_by({filter("nosuch", "EQ", "1")})).status == 400);
  CHECK(account.post(kSearch, search_by(std::vector<Json>(7, filter("name", "EQ", "1")))).status ==
        400);
  CHECK(account.post(kSearch, {{"limit", 201}}).status == 400);
  CHECK(account.post(kSearch, {{"after", -1}}).status == 400);
  CHECK(account.post(kSearch, {{"after", std::numeric_limits<std::int64_t>::max()}}).status == 400);
  CHECK(account.post(kSearch, {{"sorts", {"name", "createdate"}}}).status == 400);
  CHECK(account.post(kSearch, {{"query", std::string(3'000, 'x')}}).status == 400);
}

TEST_CASE("sandbox hubspot: the index is behind the records, each by a delay of its own") {
  TestAccount account;
  account.control("index", {{"delay", "60s"}});
  const std::string id = account.company("Acme");
  const auto total = [&](const std::string& name) {
    return account.post(kSearch, search_by({filter("name", "EQ", name)})).body["total"].get<int>();
  };
  CHECK(total("Acme") == 0);
  CHECK(account.value("companies", id, "name") == "Acme");
  account.step(seconds(91));
  CHECK(total("Acme") == 1);
  account.control("edit",
                  {{"object", "companies"}, {"id", id}, {"properties", {{"name", "Bolt"}}}});
  CHECK(total("Acme") == 1);
  CHECK(total("Bolt") == 0);
  account.step(seconds(91));
  CHECK(total("Acme") == 0);
  CHECK(total("Bolt") == 1);
  account.control("edit", {{"object", "companies"}, {"id", id}, {"delete", true}});
  CHECK(total("Bolt") == 0);
}

TEST_CASE("sandbox hubspot: contacts are found by lastmodifieddate, never by the other date") {
  TestAccount account;
  account.make("contacts", {{"email", "a@contacts.example"}});
  const auto total = [&](const char* property) {
    return account
        .post("/crm/objects/2026-09/contacts/search", search_by({filter(property, "GT", "0")}))
        .body["total"];
  };
  CHECK(total("lastmodifieddate") == 1);
  CHECK(total("hs_lastmodifieddate") == 0);
}

TEST_CASE("sandbox hubspot: associations are read in pages per record, with 207 for none") {
  TestAccount account;
  const std::string company = account.company("Acme"), lonely = account.company("Lonely");
  const std::string modified = account.value("companies", company, "hs_lastmodifieddate");
  account.step(minutes(5));
  std::set<std::string> deals;
  for (int i = 0; i < 5; ++i) {
    const std::string deal = account.make("deals", {{"dealname", std::to_string(i)}});
    deals.insert(deal);
    account.control("edit",
                    {{"object", "deals"},
                     {"id", deal},
                     {"associate", {{"object", "companies"}, {"id", company}, {"type", 5}}}});
  }
  CHECK(account.value("companies", company, "hs_lastmodifieddate") == modified);
  CHECK(account.value("companies", company, "num_associated_deals") == "5");
  account.control("limits", {{"association_page", 2}});
  const char* path = "/crm/associations/2026-09/0-2/0-3/batch/read";
  std::set<std::string> read;
  std::string after;
  for (int page = 0; page < 3; ++page) {
    Json input = {{"id", company}};
    if (!after.empty()) input["after"] = after;
    const Said said = account.post(path, {{"inputs", {input, {{"id", lonely}}}}});
    REQUIRE(said.status == 207);
    CHECK(said.body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND");
    const Json& result = said.body["results"][0];
    CHECK(result["from"]["id"] == company);
    for (const Json& to : result["to"]) {
      CHECK(to["toObjectId"].is_number());
      read.insert(to["toObjectId"].dump());
      CHECK(to["associationTypes"].size() == 2);
    }
    CHECK(result.contains("paging") == (page < 2));
    if (page < 2) after = result["paging"]["next"]["after"];
  }
  CHECK(read == deals);
}

TEST_CASE("sandbox hubspot: the same seed gives the same answers") {
  const auto story = [] {
    TestAccount account(11);
    std::string out;
    for (int i = 0; i < 5; ++i) account.company(std::to_string(i));
    out += account.get(kCompanies).answer.body;
    out += account.get("/crm/objects/2026-09/companies/1").answer.body;
    return out + account.post(kSearch, {{"limit", 500}}).answer.body;
  };
  CHECK(story() == story());
}

}  // namespace upselld::sandbox::hubspot
