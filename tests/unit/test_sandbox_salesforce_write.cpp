// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/salesforce_org.h"

namespace upselld::sandbox::salesforce {
namespace {

Json account_record(const std::string& id, const std::string& field, const Json& value) {
  Json record = {{"attributes", {{"type", "Account"}}}, {"id", id}};
  record[field] = value;
  return record;
}

Json task_record(const std::string& account, const std::string& key) {
  return {{"attributes", {{"type", "Task"}}},
          {"WhatId", account},
          {"Subject", "Upsell"},
          {"Status", "Not Started"},
          {"Priority", "Normal"},
          {"ActivityDate", "2026-11-27"},
          {"upselld_Key__c", key}};
}

Json batch_of(const std::vector<Json>& records, bool all_or_none = false) {
  return {{"allOrNone", all_or_none}, {"records", records}};
}

}  // namespace

TEST_CASE("sandbox salesforce: a collection answers row by row, in order") {
  TestOrg org;
  org.control("fields", {{"object", "Account"},
                         {"fields", "Score__c:double:4.1|Band__c:picklist:High;Low:s"}});
  const std::string a = org.account("a"), b = org.account("b");
  const Said said = org.call(
      "PATCH", "composite/sobjects",
      batch_of({account_record(a, "Score__c", 12.34), account_record(b, "Band__c", "Middle"),
                account_record("001xx000003DGb2AAG", "Score__c", 1),
                account_record(a, "Score__c", 2), account_record(b, "Score__c", 1234.0),
                account_record(b, "Name", std::string(256, 'x'))}));
  REQUIRE(said.status == 200);
  REQUIRE(said.body.size() == 6);
  CHECK(said.body[0]["id"] == a);
  CHECK(row_code(said.body[1]) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  CHECK_FALSE(said.body[1].contains("id"));
  CHECK(row_code(said.body[2]) == "INVALID_CROSS_REFERENCE_KEY");
  CHECK(row_code(said.body[3]) == "DUPLICATE_VALUE");
  CHECK(org.value(a, "Score__c") == "12.3");
  const Said more = org.call("PATCH", "composite/sobjects",
                             batch_of({account_record(a, "Score__c", 1234.0),
                                       account_record(b, "Name", std::string(256, 'x'))}));
  CHECK(row_code(more.body[0]) == "NUMBER_OUTSIDE_VALID_RANGE");
  CHECK(row_code(more.body[1]) == "STRING_TOO_LONG");
}

TEST_CASE("sandbox salesforce: values are stored as the platform stores them") {
  TestOrg org;
  org.control("fields", {{"object", "Account"},
                         {"fields", "Score__c:double:4.1|At__c:datetime|Until__c:date"}});
  const std::string id = org.account("  Acme  ");
  CHECK(org.value(id, "Name") == "\"Acme\"");
  const auto store = [&](const Json& fields) {
    REQUIRE(org.call("PATCH", "sobjects/Account/" + id, fields).status == 204);
  };
  store({{"Score__c", 7.25},
         {"Industry", "retail"},
         {"At__c", "2026-11-22T02:02:03.900+01:00"},
         {"Until__c", "2026-12-01"}});
  CHECK(org.value(id, "Score__c") == "7.3");
  CHECK(org.value(id, "At__c") == "\"2026-11-22T01:02:03.000+0000\"");
  CHECK(org.value(id, "Until__c") == "\"2026-12-01\"");
  store({{"Industry", ""}, {"Score__c", nullptr}});
  CHECK(org.value(id, "Industry") == "null");
  CHECK(org.value(id, "Score__c") == "null");
  store({{"Industry", "#N/A"}});
  CHECK(org.value(id, "Industry") == "\"#N/A\"");
}

TEST_CASE("sandbox salesforce: a request that cannot be read fails as a whole and writes nothing") {
  TestOrg org;
  const std::string a = org.account("a");
  const auto code = [&](const Json& body) {
    const Said said = org.call("PATCH", "composite/sobjects", body);
    CHECK(said.status == 400);
    return code_of(said);
  };
  const Json good = account_record(a, "Name", "changed");
  CHECK(code(batch_of({good, account_record(a, "AnnualRevenue", "12")})) == "JSON_PARSER_ERROR");
  CHECK(code(batch_of({good, account_record(a, "Nme", "x")})) == "INVALID_FIELD");
  Json wrong_type = good;
  wrong_type["attributes"]["type"] = "Acount";
  CHECK(code(batch_of({good, wrong_type})) == "INVALID_TYPE");
  CHECK(code(batch_of(std::vector<Json>(201, good))) == "EXCEEDED_ID_LIMIT");
  CHECK(code({{"records", {good}}, {"allOrNothing", true}}) == "JSON_PARSER_ERROR");
  CHECK(org.value(a, "Name") == "\"a\"");
  org.control("switches", {{"unknown_field_per_row", true}});
  const Said said =
      org.call("PATCH", "composite/sobjects", batch_of({good, account_record(a, "Nme", "x")}));
  CHECK(said.status == 200);
  CHECK(row_code(said.body[1]) == "INVALID_FIELD");
}

TEST_CASE("sandbox salesforce: all or none takes everything back") {
  TestOrg org;
  const std::string a = org.account("a");
  const Said said =
      org.call("PATCH", "composite/sobjects",
               batch_of({account_record(a, "Name", "changed"), account_record(a, "Name", "again")},
                        /*all_or_none=*/true));
  CHECK(row_code(said.body[0]) == "ALL_OR_NONE_OPERATION_ROLLED_BACK");
  CHECK(org.value(a, "Name") == "\"a\"");
}

TEST_CASE("sandbox salesforce: a task's key is unique and its case counts") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a");
  const Said said =
      org.call("POST", "composite/sobjects",
               batch_of({task_record(a, "k1"), task_record(a, "K1"), task_record(a, "k1")}));
  REQUIRE(said.status == 200);
  CHECK(said.body[0]["success"] == true);
  CHECK(said.body[1]["success"] == true);
  CHECK(row_code(said.body[2]) == "DUPLICATE_VALUE");
  const std::string first = said.body[0]["id"];
  CHECK(said.body[2]["errors"][0]["message"].get<std::string>().find(first) != std::string::npos);
  CHECK(org.value(first, "AccountId") == "\"" + a + "\"");
  CHECK(org.call("DELETE", "sobjects/Task/" + first).status == 204);
  CHECK(
      org.call("POST", "composite/sobjects", batch_of({task_record(a, "k1")})).body[0]["success"] ==
      true);
}

TEST_CASE("sandbox salesforce: upsert by external id") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a");
  Json task = task_record(a, "");
  task.erase("attributes");
  task.erase("upselld_Key__c");
  const Said made = org.call("PATCH", "sobjects/Task/upselld_Key__c/k%2D1", task);
  CHECK(made.status == 201);
  CHECK(made.body["created"] == true);
  CHECK(org.call("PATCH", "sobjects/Task/upselld_Key__c/k-1", task).status == 200);
  org.version = "45.0";
  CHECK(org.call("PATCH", "sobjects/Task/upselld_Key__c/k-1", task).status == 204);
  org.version = "62.0";
  CHECK(code_of(org.call("PATCH", "sobjects/Task/Subject/k-1", task)) == "NOT_FOUND");
  task["upselld_Key__c"] = "k-1";
  CHECK(code_of(org.call("PATCH", "sobjects/Task/upselld_Key__c/k-1", task)) == "INVALID_FIELD");
  CHECK(org.call("PATCH", "sobjects/Task/upselld_Key__c/k-9?updateOnly=true", Json::object())
            .status == 404);
  const Said many = org.call("PATCH", "composite/sobjects/Task/upselld_Key__c",
                             batch_of({task_record(a, "k-1"), task_record(a, "k-2")}));
  CHECK(many.body[0]["created"] == false);
  CHECK(many.body[1]["created"] == true);
}

TEST_CASE("sandbox salesforce: a key that is not unique matches several rows") {
  TestOrg org;
  org.control("fields", {{"object", "Account"}, {"fields", "Loose__c:string:20:x"}});
  for (int i = 0; i < 2; ++i) {
    REQUIRE(org.call("POST", "sobjects/Account", {{"Name", "n"}, {"Loose__c", "same"}}).status ==
            201);
  }
  const Said said = org.call("PATCH", "sobjects/Account/Loose__c/same", {{"Name", "m"}});
  CHECK(said.status == 300);
  CHECK(said.body.size() == 2);
}

TEST_CASE("sandbox salesforce: who may own and receive a task") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a");
  const std::string left =
      org.service.org
          .put("User", {{"Username", std::string("left@reps.example")}, {"IsActive", false}})
          .id();
  const std::string lead =
      org.call("POST", "sobjects/Lead", {{"LastName", "L"}, {"Company", "C"}}).body["id"];
  const std::string queue =
      org.control("queue", {{"name", "closed"}, {"takes_tasks", false}})["id"];
  const std::string open = org.control("queue", {{"name", "open"}})["id"];
  const auto with = [&](const char* field, const std::string& value) {
    Json record = task_record(a, field + value);
    record[field] = value;
    return row_code(org.call("POST", "composite/sobjects", batch_of({record})).body[0]);
  };
  CHECK(with("OwnerId", left) == "INACTIVE_OWNER_OR_USER");
  CHECK(with("OwnerId", queue) == "INVALID_OWNER");
  CHECK(with("OwnerId", open).empty());
  CHECK(with("WhoId", lead) == "FIELD_INTEGRITY_EXCEPTION");
  CHECK(with("WhatId", "001xx000003DGb2AAG") == "INVALID_CROSS_REFERENCE_KEY");
  CHECK(with("AccountId", a) == "INVALID_FIELD_FOR_INSERT_UPDATE");
  Json no_status = task_record(a, "plain");
  no_status.erase("WhatId");
  CHECK(org.call("POST", "composite/sobjects", batch_of({no_status})).body[0]["success"] == true);
}

TEST_CASE("sandbox salesforce: stamps move by our own writes, and a task moves its account's") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a");
  org.clock.step(minutes(1));
  REQUIRE(org.call("PATCH", "sobjects/Account/" + a, {{"Industry", "retail"}}).status == 204);
  CHECK(org.value(a, "SystemModstamp") == "\"2026-11-24T06:41:00.000+0000\"");
  CHECK(org.value(a, "LastModifiedById") == "\"" + org.service.org.integration_id + "\"");
  org.clock.step(minutes(1));
  REQUIRE(
      org.call("POST", "composite/sobjects", batch_of({task_record(a, "k")})).body[0]["success"] ==
      true);
  CHECK(org.value(a, "SystemModstamp") == "\"2026-11-24T06:42:00.000+0000\"");
  CHECK(org.value(a, "LastModifiedDate") == "\"2026-11-24T06:41:00.000+0000\"");
  CHECK(org.value(a, "LastActivityDate") == "\"2026-11-27\"");
}

TEST_CASE("sandbox salesforce: rows held by others, by rules and by approvals") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a"), b = org.account("b");
  const auto rename = [&](const std::string& id, const char* name) {
    return row_code(
        org.call("PATCH", "composite/sobjects", batch_of({account_record(id, "Name", name)}))
            .body[0]);
  };
  org.control("locks", {{"ids", {a}}, {"for", "30s"}});
  CHECK(rename(a, "x") == "UNABLE_TO_LOCK_ROW");
  CHECK(row_code(org.call("POST", "composite/sobjects", batch_of({task_record(a, "k")})).body[0]) ==
        "UNABLE_TO_LOCK_ROW");
  CHECK(rename(b, "x").empty());
  org.clock.step(seconds(25));  // the platform itself waits for ten seconds
  CHECK(rename(a, "x").empty());
  org.control("rules", {{"validation",
                         {{"object", "Account"},
                          {"when", "Name LIKE 'bad%'"},
                          {"message", "Choose a good name"},
                          {"field", "Name"}}}});
  CHECK(rename(a, "bad name") == "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  org.control("locks", {{"approval", {b}}});
  CHECK(rename(b, "y") == "ENTITY_IS_LOCKED");
  org.control("row_faults", {{"object", "Account"}, {"row", a}, {"code", "CUSTOM_APEX_ERROR"}});
  CHECK(rename(a, "z") == "CUSTOM_APEX_ERROR");
  CHECK(rename(a, "z").empty());
  org.control("user", {{"username", "upselld@sandbox.example"}, {"read_only", {"Account.Name"}}});
  CHECK(rename(a, "q") == "INVALID_FIELD_FOR_INSERT_UPDATE");
}

TEST_CASE("sandbox salesforce: a duplicate rule that alerts is passed by its header") {
  TestOrg org;
  const std::string a = org.account("a");
  org.control("rules", {{"duplicate", {{"object", "Account"}, {"when", "Name LIKE 'a%'"}}}});
  HttpRequest request = org.data_request("PATCH", "composite/sobjects");
  request.headers.set("Content-Type", "application/json");
  request.body = batch_of({account_record(a, "Industry", "retail")}).dump();
  CHECK(row_code(org.send(request).body[0]) == "DUPLICATES_DETECTED");
  request.headers.set("Sforce-Duplicate-Rule-Header", "allowSave=true");
  CHECK(org.send(request).body[0]["success"] == true);
}

TEST_CASE("sandbox salesforce: the answer to a write that was done can be lost") {
  TestOrg org;
  org.add_task_key();
  const std::string a = org.account("a");
  org.control("faults", {{"add", {{{"path", "composite/sobjects"}, {"drop_after", true}}}}});
  const Json batch = batch_of({task_record(a, "k")});
  CHECK(org.call("POST", "composite/sobjects", batch).answer.cut_after_bytes == 0u);
  CHECK(row_code(org.call("POST", "composite/sobjects", batch).body[0]) == "DUPLICATE_VALUE");
  org.control("faults", {{"add",
                          {{{"path", "query"},
                            {"status", 503},
                            {"answer_body", "<html>"},
                            {"content_type", "text/html"}}}}});
  CHECK(org.query("SELECT Id FROM Task").status == 503);
  CHECK(org.query("SELECT Id FROM Task").body["totalSize"] == 1);
  org.control(
      "faults",
      {{"add",
        {{{"method", "PATCH"},
          {"edit", {{"object", "Account"}, {"id", a}, {"fields", {{"Industry", "people's"}}}}}}}}});
  CHECK(org.call("PATCH", "sobjects/Account/" + a, {{"Name", "ours"}}).status == 204);
  CHECK(org.value(a, "Industry") == "\"people's\"");
}

}  // namespace upselld::sandbox::salesforce
