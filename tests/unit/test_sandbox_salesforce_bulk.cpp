// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/unit/salesforce_org.h"

namespace upselld::sandbox::salesforce {
namespace {

std::string query_job(TestOrg& org, const std::string& soql) {
  const Said said = org.call("POST", "jobs/query", {{"operation", "queryAll"}, {"query", soql}});
  INFO(said.answer.body);
  REQUIRE(said.status == 200);
  CHECK(said.body["state"] == "UploadComplete");
  return said.body["id"];
}

// Uploads, closes and waits.
std::string ingest(TestOrg& org, const Json& job, const std::string& csv) {
  const Said made = org.call("POST", "jobs/ingest", job);
  INFO(made.answer.body);
  REQUIRE(made.status == 200);
  const std::string id = made.body["id"];
  CHECK(made.body["contentUrl"] == "services/data/v62.0/jobs/ingest/" + id + "/batches");
  HttpRequest put = org.data_request("PUT", "jobs/ingest/" + id + "/batches");
  put.headers.set("Content-Type", "text/csv");
  put.body = csv;
  CHECK(org.send(put).status == 201);
  CHECK(org.send(put).status == 400);
  CHECK(org.call("PATCH", "jobs/ingest/" + id, {{"state", "UploadComplete"}}).status == 200);
  CHECK(org.get("jobs/ingest/" + id).body["state"] == "InProgress");
  org.get("jobs/ingest/" + id);
  return id;
}

}  // namespace

TEST_CASE("sandbox salesforce: a query job runs by looks or by time, and pages end with null") {
  TestOrg org;
  org.service.auth.idle = days(30);
  std::set<std::string> lines;
  for (int i = 0; i < 5; ++i) org.account("a\"" + std::to_string(i) + ",\nline");
  const std::string id = query_job(org, "SELECT Id, Name, SystemModstamp, Owner.Name FROM Account");
  CHECK(org.get("jobs/query/" + id + "/results").status == 412);
  CHECK(org.get("jobs/query/" + id).body["state"] == "InProgress");
  CHECK(org.get("jobs/query/" + id).body["state"] == "JobComplete");
  std::string locator;
  int pages = 0, rows = 0;
  do {
    const Said said = org.get("jobs/query/" + id + "/results?maxRecords=2" +
                              (locator.empty() ? "" : "&locator=" + locator));
    REQUIRE(said.status == 200);
    CHECK(said.answer.body.starts_with("\"Id\",\"Name\",\"SystemModstamp\",\"Owner.Name\"\n"));
    CHECK(said.answer.body.find("\"\"") != std::string::npos);
    rows += std::stoi(std::string(said.answer.headers.get("Sforce-NumberOfRecords")));
    locator = said.answer.headers.get("Sforce-Locator");
    ++pages;
  } while (locator != "null");
  CHECK(pages == 3);
  CHECK(rows == 5);
  org.version = "61.0";
  CHECK(org.get("jobs/query/" + id + "/results").status == 409);
  org.version = "62.0";
  CHECK(org.call("DELETE", "jobs/query/" + id).status == 204);
  CHECK(org.get("jobs/query/" + id).status == 404);
  const std::string timed = query_job(org, "SELECT Id FROM Account");
  org.clock.step(seconds(5));
  CHECK(org.get("jobs/query/" + timed).body["state"] == "JobComplete");
  org.clock.step(days(8));
  CHECK(org.get("jobs/query/" + timed).status == 404);
}

TEST_CASE("sandbox salesforce: what the Bulk API does not take is refused when the job is made") {
  TestOrg org;
  const auto code = [&](const std::string& soql) {
    return code_of(org.call("POST", "jobs/query", {{"operation", "query"}, {"query", soql}}));
  };
  CHECK(code("SELECT Id FROM TaskStatus") == "INVALIDENTITY");
  CHECK(code("SELECT COUNT(Id) FROM Account") == "INVALIDJOB");
  CHECK(code("SELECT Nme FROM Account") == "INVALID_FIELD");
  CHECK(code("SELECT Id FRM Account") == "MALFORMED_QUERY");
  org.control("switches", {{"bulk_disabled", true}});
  CHECK(code("SELECT Id FROM Account") == "API_DISABLED_FOR_ORG");
}

TEST_CASE("sandbox salesforce: an update job tells of each row, in another order") {
  TestOrg org;
  org.control("fields", {{"object", "Account"}, {"fields", "Score__c:double:4.1"}});
  const std::string a = org.account("a"), b = org.account("b"), c = org.account("c");
  REQUIRE(org.call("PATCH", "sobjects/Account/" + c, {{"Score__c", 5.0}, {"Industry", "retail"}})
              .status == 204);
  const std::string id =
      ingest(org, {{"object", "Account"}, {"operation", "update"}, {"lineEnding", "LF"}},
             "Id,Score__c,Industry\n" + a + ",12.5,\"x, \"\"y\"\"\"\n" + b + ",abc,\n" + c +
                 ",#N/A,\n001xx000003DGb2AAG,1,\n");
  const Said job = org.get("jobs/ingest/" + id);
  CHECK(job.body["state"] == "JobComplete");
  CHECK(job.body["numberRecordsProcessed"] == 4);
  CHECK(job.body["numberRecordsFailed"] == 2);
  const std::string good = org.get("jobs/ingest/" + id + "/successfulResults").answer.body;
  CHECK(good.starts_with("\"sf__Id\",\"sf__Created\",\"Id\",\"Score__c\",\"Industry\"\n"));
  CHECK(good.find("\"" + a + "\",\"false\",\"" + a + "\",\"12.5\",\"x, \"\"y\"\"\"\n") !=
        std::string::npos);
  const std::string bad = org.get("jobs/ingest/" + id + "/failedResults").answer.body;
  CHECK(bad.find("INVALID_TYPE_ON_FIELD_IN_RECORD:") != std::string::npos);
  CHECK(bad.find("INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--") != std::string::npos);
  CHECK(org.get("jobs/ingest/" + id + "/unprocessedrecords").answer.body ==
        "\"Id\",\"Score__c\",\"Industry\"\n");
  CHECK(org.value(a, "Industry") == "\"x, \\\"y\\\"\"");
  CHECK(org.value(c, "Score__c") == "null");        // #N/A
  CHECK(org.value(c, "Industry") == "\"retail\"");  // empty: unchanged
}

TEST_CASE(
    "sandbox salesforce: uploads that cannot be taken fail the job with the platform's words") {
  TestOrg org;
  const std::string a = org.account("a");
  const Json update = {{"object", "Account"}, {"operation", "update"}};
  const auto why = [&](const std::string& csv) {
    const Said job = org.get("jobs/ingest/" + ingest(org, update, csv));
    CHECK(job.body["state"] == "Failed");
    return job.body.value("errorMessage", "");
  };
  CHECK(why("Id,Nme\n" + a + ",x\n") == "InvalidBatch : Field name not found : Nme");
  CHECK(why("Id,Name\r\n" + a + ",x\r\n") ==
        "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF");
  CHECK(why("Id,Name,Name\n" + a + ",x,y\n") == "InvalidBatch : Duplicate field name : Name");
  CHECK(why("Name\nx\n") == "InvalidBatch : Field name not found : Id");
  org.control("jobs", {{"fail_after_rows", 1}});
  const std::string b = org.account("b");
  const std::string id = ingest(org, update, "Id,Name\n" + a + ",x\n" + b + ",y\n");
  CHECK(org.get("jobs/ingest/" + id).body["state"] == "Failed");
  CHECK(org.get("jobs/ingest/" + id + "/unprocessedrecords").answer.body ==
        "\"Id\",\"Name\"\n\"" + b + "\",\"y\"\n");
}

TEST_CASE("sandbox salesforce: a job that nobody closed never runs") {
  TestOrg org;
  const std::string id =
      org.call("POST", "jobs/ingest", {{"object", "Account"}, {"operation", "insert"}}).body["id"];
  org.clock.step(minutes(30));
  for (int i = 0; i < 5; ++i) CHECK(org.get("jobs/ingest/" + id).body["state"] == "Open");
  CHECK(org.call("PATCH", "jobs/ingest/" + id, {{"state", "Aborted"}}).body["state"] == "Aborted");
}

}  // namespace upselld::sandbox::salesforce
