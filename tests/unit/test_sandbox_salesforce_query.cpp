// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "sandbox/salesforce/ids.h"
#include "tests/unit/salesforce_org.h"

namespace upselld::sandbox::salesforce {
namespace {

void add_accounts(TestOrg& org, int count) {
  for (int i = 0; i < count; ++i) {
    org.service.org.put("Account", {{"Name", "Acme " + std::to_string(i)},
                                    {"AnnualRevenue", i * 1'000'000.0},
                                    {"OwnerId", org.service.org.integration_id}});
  }
}

std::vector<std::string> names(const Said& said) {
  std::vector<std::string> out;
  for (const Json& record : said.body.at("records")) out.push_back(record["Name"]);
  return out;
}

}  // namespace

TEST_CASE("sandbox salesforce: ids have a suffix that keeps their case") {
  CHECK(make_id("001", 36).size() == 18);
  CHECK(canonical_id("001xx000003DGb2") == "001xx000003DGb2AAG");
  CHECK(canonical_id("001XX000003dgB2AAG") == "001xx000003DGb2AAG");
  CHECK_FALSE(canonical_id("001xx000003DGb"));
  CHECK_FALSE(canonical_id("001xx000003DG-2"));
}

TEST_CASE("sandbox salesforce: a record shows attributes, what was selected, and its parent") {
  TestOrg org;
  add_accounts(org, 13);
  const Said said = org.query(
      "select id, Name, annualrevenue, ParentId, SystemModstamp, Owner.Name FROM account "
      "WHERE Name = 'acme 12'");
  REQUIRE(said.status == 200);
  const Json record = said.body["records"][0];
  CHECK(record.begin().key() == "attributes");
  CHECK(record["attributes"]["type"] == "Account");
  CHECK(said.answer.body.find(R"("AnnualRevenue":1.2E7,)") != std::string::npos);
  CHECK(record["ParentId"].is_null());
  CHECK(record["SystemModstamp"] == "2026-11-24T06:40:00.000+0000");
  CHECK(record["Owner"]["Name"] == "Sandbox Integration");
  CHECK_FALSE(record.contains("OwnerId"));
  CHECK(said.answer.headers.get("Sforce-Limit-Info").starts_with("api-usage="));
}

TEST_CASE("sandbox salesforce: pages of 2,000 rows are followed by a relative url") {
  TestOrg org;
  add_accounts(org, 4'321);
  Said said = org.query("SELECT Id FROM Account");
  std::set<std::string> ids;
  std::vector<std::size_t> sizes;
  for (;;) {
    REQUIRE(said.status == 200);
    CHECK(said.body["totalSize"] == 4'321);
    sizes.push_back(said.body["records"].size());
    for (const Json& record : said.body["records"]) ids.insert(record["Id"]);
    if (said.body["done"] == true) break;
    const std::string url = said.body["nextRecordsUrl"];
    REQUIRE(url.starts_with("/services/data/v62.0/query/0r8"));
    said = org.get(url.substr(std::string("/services/data/v62.0/").size()));
  }
  CHECK(sizes == std::vector<std::size_t>{2'000, 2'000, 321});
  CHECK(ids.size() == 4'321);
  CHECK_FALSE(said.body.contains("nextRecordsUrl"));
}

TEST_CASE("sandbox salesforce: a cursor dies after two days and serves one user only") {
  TestOrg org;
  add_accounts(org, 2'100);
  const std::string url = org.query("SELECT Id FROM Account").body["nextRecordsUrl"];
  const std::string path = url.substr(std::string("/services/data/v62.0/").size());
  CHECK(org.get(path).status == 200);
  CHECK(org.get(path).status == 200);
  std::swap(org.token, org.admin_token);
  CHECK(code_of(org.get(path)) == "INVALID_QUERY_LOCATOR");
  org.service.auth.idle = days(10);
  std::swap(org.token, org.admin_token);
  org.clock.step(days(2));
  const Said said = org.get(path);
  CHECK(said.status == 400);
  CHECK(code_of(said) == "INVALID_QUERY_LOCATOR");
}

TEST_CASE("sandbox salesforce: conditions") {
  TestOrg org;
  add_accounts(org, 20);
  org.service.org.put("Account", {{"Name", std::string("O'Neil \\ 5%")}});
  const auto count = [&](const std::string& where) {
    const Said said = org.query("SELECT COUNT() FROM Account WHERE " + where);
    INFO(where << ": " << said.answer.body);
    REQUIRE(said.status == 200);
    CHECK(said.body["records"].empty());
    return said.body["totalSize"].get<int>();
  };
  CHECK(count("Name LIKE 'acme 1%'") == 11);
  CHECK(count("Name LIKE 'ACME _'") == 10);
  CHECK(count("Name LIKE '%5\\%'") == 1);
  CHECK(count("Name = 'O\\'Neil \\\\ 5%'") == 1);
  CHECK(count("Name IN ('Acme 1','acme 2','none')") == 2);
  CHECK(count("Name NOT IN ('Acme 1','acme 2')") == 19);
  CHECK(count("AnnualRevenue >= 18000000") == 2);
  CHECK(count("AnnualRevenue = null") == 1);
  CHECK(count("AnnualRevenue != null AND (Name = 'Acme 3' OR Name = 'Acme 4')") == 2);
  CHECK(count("NOT Name LIKE 'Acme%'") == 1);
  CHECK(count("NOT (Name = 'Acme 1' OR Name = 'Acme 2')") == 19);
  CHECK(count("SystemModstamp >= 2026-11-24T06:40:00Z AND SystemModstamp < "
              "2026-11-24T07:40:01+01:00") == 21);
  CHECK(count("CreatedDate = TODAY AND CreatedDate = LAST_N_DAYS:3") == 21);
  CHECK(count("CreatedDate < TODAY") == 0);
  CHECK(count("IsDeleted = false AND Owner.IsActive = true") == 20);
}

TEST_CASE("sandbox salesforce: rows are sorted, nulls first unless told") {
  TestOrg org;
  for (const char* name : {"b", "a", "C"}) org.account(name);
  org.service.org.put("Account", {});
  const auto sorted = [&](const std::string& how) {
    const Said said = org.query("SELECT Name FROM Account ORDER BY Name " + how);
    std::string out;
    for (const Json& record : said.body.at("records")) {
      out += record["Name"].is_null() ? "-" : record["Name"].get<std::string>();
    }
    return out;
  };
  CHECK(sorted("") == "-abC");
  CHECK(sorted("DESC NULLS LAST") == "Cba-");
  CHECK(sorted("LIMIT 2") == "-a");
  CHECK(sorted("LIMIT 2 OFFSET 1") == "ab");
}

TEST_CASE("sandbox salesforce: what is no SOQL is refused, never an empty result") {
  TestOrg org;
  const auto code = [&](const std::string& soql) {
    const Said said = org.query(soql);
    INFO(soql << ": " << said.answer.body);
    REQUIRE(said.status == 400);
    return code_of(said);
  };
  for (const char* bad :
       {"", "SELECT", "SELECT Id", "SELECT Id FROM Account WHERE", "SELECT FROM Account",
        "SELECT Id FROM Account WHERE Name = 'x' AND Name = 'y' OR Name = 'z'",
        "SELECT Id FROM Account WHERE Name = 'x", "SELECT Id FROM Account WHERE Name = 'a\\q'",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account", "SELECT Id FROM Account LIMIT x",
        "SELECT Id FROM Account LIMIT -1", "SELECT FIELDS(ALL) FROM Account",
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)",
        "SELECT Id FROM Account WHERE Name = Name2", "SELECT Id FROM Account extra stuff",
        "SELECT Id FROM Account WHERE Name = \"x\"", "SELECT Name n FROM Account"}) {
    CHECK(code(bad) == "MALFORMED_QUERY");
  }
  CHECK(code("SELECT Nme FROM Account") == "INVALID_FIELD");
  CHECK(code("SELECT Ownr.Name FROM Account") == "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Acount") == "INVALID_TYPE");
  CHECK(code("SELECT Id FROM Account WHERE CreatedDate = 2026-11-22") == "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Account WHERE CreatedDate = '2026-11-22T00:00:00Z'") ==
        "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Account WHERE LastActivityDate > 2026-11-22T00:00:00Z") ==
        "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Account WHERE AnnualRevenue = 'x'") == "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Account WHERE Name = 5") == "INVALID_FIELD");
  CHECK(code("SELECT Id FROM Account WHERE Id = 'nonsense'") == "INVALID_QUERY_FILTER_OPERATOR");
  CHECK(code("SELECT Id FROM Account WHERE Description = 'x'") == "INVALID_QUERY_FILTER_OPERATOR");
  CHECK(code("SELECT Id FROM Account OFFSET 2001") == "NUMBER_OUTSIDE_VALID_RANGE");
}

TEST_CASE("sandbox salesforce: deleted, merged, archived and purged rows") {
  TestOrg org;
  org.add_task_key();
  const std::string winner = org.account("winner"), loser = org.account("loser"),
                    gone = org.account("gone");
  const std::string task = org.call("POST", "sobjects/Task",
                                    {{"WhatId", loser},
                                     {"Status", "Completed"},
                                     {"Priority", "Normal"},
                                     {"ActivityDate", "2026-11-20"}})
                               .body["id"];
  CHECK(org.call("DELETE", "sobjects/Account/" + gone).status == 204);
  org.control("merge", {{"winner", winner}, {"loser", loser}});
  CHECK(names(org.query("SELECT Name FROM Account")) == std::vector<std::string>{"winner"});
  const Said all = org.query(
      "SELECT Name, IsDeleted, MasterRecordId FROM Account WHERE IsDeleted = true ORDER BY Name",
      "queryAll");
  REQUIRE(all.body["totalSize"] == 2);
  CHECK(all.body["records"][0]["MasterRecordId"].is_null());
  CHECK(all.body["records"][1]["MasterRecordId"] == winner);
  CHECK(org.query("SELECT WhatId FROM Task").body["records"][0]["WhatId"] == winner);
  CHECK(code_of(org.call("PATCH", "sobjects/Account/" + loser, {{"Name", "x"}})) ==
        "ENTITY_IS_DELETED");

  org.service.auth.idle = days(1'000);
  org.clock.step(days(14));
  CHECK(org.query("SELECT Id FROM Account", "queryAll").body["totalSize"] == 3);
  org.clock.step(days(2));
  CHECK(org.query("SELECT Id FROM Account", "queryAll").body["totalSize"] == 1);

  org.clock.step(days(360));
  CHECK(org.query("SELECT Id FROM Task").body["totalSize"] == 0);
  const Said archived = org.query("SELECT Id, IsArchived FROM Task", "queryAll");
  CHECK(archived.body["records"][0]["IsArchived"] == true);
  CHECK(code_of(org.call("PATCH", "sobjects/Task/" + task, {{"Priority", "High"}})) ==
        "ENTITY_IS_ARCHIVED");
}

TEST_CASE("sandbox salesforce: who may not see a field or row gets no hint of it") {
  TestOrg org;
  const std::string a = org.account("a"), b = org.account("b");
  org.control("invisible", {{"ids", {b}}});
  org.control("user", {{"username", "upselld@sandbox.example"}, {"hidden", {"Account.Industry"}}});
  CHECK(names(org.query("SELECT Name FROM Account")) == std::vector<std::string>{"a"});
  CHECK(code_of(org.query("SELECT Industry FROM Account")) == "INVALID_FIELD");
  CHECK(org.get("limits/recordCount?sObjects=Account").body["sObjects"][0]["count"] == 2);
  bool shown = false;
  const Said described = org.get("sobjects/Account/describe");
  for (const Json& field : described.body.at("fields")) {
    shown = shown || field["name"] == "Industry";
  }
  CHECK_FALSE(shown);
  org.control("user", {{"username", "upselld@sandbox.example"}, {"no_object", {"Contact"}}});
  CHECK(code_of(org.query("SELECT Id FROM Contact")) == "INVALID_TYPE");
  CHECK(org.get("sobjects/Contact/describe").status == 404);
}

TEST_CASE("sandbox salesforce: a late commit shows rows with the stamp of its begin") {
  TestOrg org;
  org.control("transaction", {{"name", "batch"}, {"begin", true}});
  org.clock.step(minutes(7));
  const Said before =
      org.get("sobjects/Account/updated?start=2026-11-24T06:00:00Z&end=2026-11-24T06:47:00Z");
  CHECK(before.body["latestDateCovered"] == "2026-11-24T06:40:00.000+0000");
  org.control("transaction",
              {{"name", "batch"},
               {"commit", Json::array({{{"object", "Account"}, {"fields", {{"Name", "late"}}}}})}});
  const Said said = org.query("SELECT SystemModstamp FROM Account");
  CHECK(said.body["records"][0]["SystemModstamp"] == "2026-11-24T06:40:00.000+0000");
  const Said after =
      org.get("sobjects/Account/updated?start=2026-11-24T06:00:00Z&end=2026-11-24T06:47:00Z");
  CHECK(after.body["latestDateCovered"] == "2026-11-24T06:47:00.000+0000");
  CHECK(after.body["ids"].size() == 1);
}

TEST_CASE("sandbox salesforce: groups and counts") {
  TestOrg org;
  for (const char* industry : {"retail", "retail", "public"}) {
    org.service.org.put("Account", {{"Industry", std::string(industry)}, {"AnnualRevenue", 5.0}});
  }
  const Said said = org.query(
      "SELECT Industry, COUNT(Id), SUM(AnnualRevenue) total FROM Account GROUP BY Industry");
  REQUIRE(said.body["totalSize"] == 2);
  CHECK(said.body["records"][0]["expr0"] == 1);
  CHECK(said.body["records"][1]["total"] == 10.0);
  CHECK(org.query("SELECT MAX(AnnualRevenue) FROM Account").body["records"][0]["expr0"] == 5.0);
  CHECK(code_of(org.query("SELECT Name, COUNT(Id) FROM Account GROUP BY Industry")) ==
        "MALFORMED_QUERY");
}

}  // namespace upselld::sandbox::salesforce
