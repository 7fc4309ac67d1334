// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot_account.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr const char* kTasks = "/crm/objects/2026-09/tasks/batch/";
constexpr const char* kCompanies = "/crm/objects/2026-09/companies/batch/";

Json task(const std::string& key, const std::string& company, bool traced = true) {
  Json out = {
      {"properties",
       {{"upselld_task_key", key},
        {"hs_timestamp", "2026-11-26T08:00:00.000Z"},
        {"hs_task_subject", "Call"}}},
      {"associations",
       {{{"to", {{"id", company}}},
         {"types", {{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 192}}}}}}}};
  if (traced) out["objectWriteTraceId"] = "trace-" + key;
  return out;
}

Json inputs(const std::vector<Json>& all) {
  return {{"inputs", all}};
}

Json update(const std::string& id, const Json& properties) {
  return {{"id", id}, {"properties", properties}};
}

int tasks_in(TestAccount& account) {
  return static_cast<int>(account.look("state")["tasks"].size());
}

}  // namespace

TEST_CASE("sandbox hubspot: a batch create without trace ids is all or nothing") {
  TestAccount account;
  account.add_task_key();
  const std::string company = account.company("Acme");
  const Said bad = account.post(
      std::string(kTasks) + "create",
      inputs({task("k1", company, false), task("k2", "17", false), task("k3", company, false)}));
  CHECK(bad.status == 400);
  CHECK(tasks_in(account) == 0);
  const Said twice = account.post(std::string(kTasks) + "create",
                                  inputs({task("k1", company, false), task("K1", company, false)}));
  CHECK(twice.status == 400);
  CHECK(code_of(twice) == "CONFLICTING_UNIQUE_VALUE");
  CHECK(tasks_in(account) == 0);
  account.control("property", {{"object", "tasks"}, {"define", "number:nu"}});
  Json first = task("k1", company, false), second = task("k2", company, false);
  first["properties"]["number"] = 1;
  second["properties"]["number"] = "1";
  const Said numbers = account.post(std::string(kTasks) + "create", inputs({first, second}));
  CHECK(numbers.status == 400);
  CHECK(code_of(numbers) == "CONFLICTING_UNIQUE_VALUE");
  CHECK(tasks_in(account) == 0);
}

TEST_CASE("sandbox hubspot: with trace ids a batch create tells each input's fate") {
  TestAccount account;
  account.add_task_key();
  const std::string company = account.company("Acme");
  const Said first = account.post(std::string(kTasks) + "create", inputs({task("k1", company)}));
  REQUIRE(first.status == 201);
  CHECK(first.body["results"][0]["objectWriteTraceId"] == "trace-k1");
  const std::string made = first.body["results"][0]["id"];
  Json undated = task("k4", company);
  undated["properties"].erase("hs_timestamp");
  Json again = task("K1", company);
  again["objectWriteTraceId"] = "trace-again";
  const Said said = account.post(std::string(kTasks) + "create",
                                 inputs({again, task("k2", company), task("k3", "17"), undated}));
  CHECK(said.status == 207);
  CHECK(said.body["results"].size() == 1);
  REQUIRE(said.body["errors"].size() == 3);
  const Json& conflict = said.body["errors"][0];
  CHECK(conflict["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE");
  CHECK(conflict["context"]["objectWriteTraceId"] == Json({"trace-again"}));
  CHECK(conflict["context"]["existingId"] == Json({made}));
  CHECK(said.body["errors"][2]["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY");
  CHECK(tasks_in(account) == 2);
  const Said found = account.post(std::string(kTasks) + "read",
                                  {{"idProperty", "upselld_task_key"},
                                   {"properties", {"upselld_task_key", "hs_task_status"}},
                                   {"inputs", {{{"id", "k1"}}, {{"id", "k9"}}}}});
  CHECK(found.status == 207);
  CHECK(found.body["results"][0]["id"] == made);
  CHECK(found.body["results"][0]["properties"]["hs_task_status"] == "NOT_STARTED");
  const Said links =
      account.get("/crm/objects/2026-09/companies/" + company + "/associations/tasks");
  CHECK(links.body["results"].size() == 2);
}

TEST_CASE("sandbox hubspot: a conflict may be told by its category, and an error without details") {
  TestAccount account;
  account.add_task_key();
  const std::string company = account.company("Acme");
  const auto create = [&](const Json& one) {
    return account.post(std::string(kTasks) + "create", inputs({one}));
  };
  const std::string made = create(task("k1", company)).body["results"][0]["id"];
  account.control("switches", {{"conflicts_by_category", true}});
  const Json conflict = create(task("k1", company)).body["errors"][0];
  CHECK(conflict["category"] == "CONFLICT");
  CHECK(conflict["context"] ==
        Json({{"existingId", {made}}, {"objectWriteTraceId", {"trace-k1"}}}));
  CHECK_FALSE(conflict.contains("errors"));
  CHECK(create(task("k1", company, /*traced=*/false)).status == 409);
  account.control("switches", {{"conflicts_by_category", false}, {"slim_errors", true}});
  const Said slim = create(task("k1", company));
  CHECK(slim.status == 207);
  CHECK(slim.body["numErrors"] == 1);
  CHECK(slim.body["errors"][0]["category"] == "VALIDATION_ERROR");
  CHECK_FALSE(slim.body["errors"][0].contains("errors"));
  CHECK_FALSE(slim.body["errors"][0].contains("context"));
}

TEST_CASE("sandbox hubspot: a batch update refuses all for a bad value and 207s for a missing id") {
  TestAccount account;
  account.control("property",
                  {{"object", "companies"}, {"define", "score:n|band:e=high;low|day:d"}});
  const std::string a = account.company("a"), b = account.company("b");
  const auto put = [&](const Json& body) {
    return account.post(std::string(kCompanies) + "update", body);
  };
  const auto code = [&](const Json& properties) {
    const Said said = put(inputs({update(a, {{"score", "1"}}), update(b, properties)}));
    CHECK(said.status == 400);
    return code_of(said);
  };
  CHECK(code({{"nosuch", "1"}}) == "PROPERTY_DOESNT_EXIST");
  CHECK(code({{"band", "High"}}) == "INVALID_OPTION");
  CHECK(code({{"score", "many"}}) == "INVALID_INTEGER");
  CHECK(code({{"hs_object_id", "1"}}) == "READ_ONLY_VALUE");
  CHECK(code({{"day", "1795502400123"}}) == "INVALID_DATE");
  CHECK(account.value("companies", a, "score").empty());
  const Said said =
      put(inputs({update(a, {{"score", "71"}, {"band", "high"}}), update("17", {{"score", "2"}})}));
  CHECK(said.status == 207);
  CHECK(said.body["results"].size() == 1);
  CHECK(said.body["errors"][0]["context"]["ids"] == Json({"17"}));
  CHECK(account.value("companies", a, "score") == "71");
  CHECK(put(inputs({update(a, {{"score", ""}})})).status == 200);
  CHECK(account.value("companies", a, "score").empty());
  const Said twice = put(inputs({update(a, {{"score", "1"}}), update(a, {{"score", "2"}})}));
  CHECK(twice.status == 400);
  CHECK(twice.body["context"]["ids"] == Json({a}));
}

TEST_CASE("sandbox hubspot: an upsert needs a unique property and says what is new") {
  TestAccount account;
  account.control("property", {{"object", "companies"}, {"define", "customer_no:su|number:nu"}});
  const auto upsert = [&](const std::vector<Json>& all) {
    return account.post(std::string(kCompanies) + "upsert", inputs(all));
  };
  const auto input = [](const char* id, Json properties, const char* property = "customer_no") {
    return Json({{"idProperty", property}, {"id", id}, {"properties", std::move(properties)}});
  };
  const auto traced = [](Json one, const char* trace) {
    one["objectWriteTraceId"] = trace;
    return one;
  };
  const Json acme = input("C-1", {{"name", "Acme"}});
  CHECK(upsert({acme}).body["results"][0]["new"] == true);
  CHECK(upsert({acme}).body["results"][0]["new"] == false);
  const Json bad = traced(input("C-2", {{"numberofemployees", "many"}}), "t2");
  const Said some = upsert({traced(acme, "t1"), bad});
  CHECK(some.status == 207);
  CHECK(some.body["results"][0]["objectWriteTraceId"] == "t1");
  CHECK(some.body["errors"][0]["context"]["objectWriteTraceId"] == Json({"t2"}));
  // The property to tell records apart by is a matter of the whole batch.
  for (const char* property : {"name", "hs_object_id"}) {
    CHECK(upsert({input("C-1", {{"name", "Acme"}}, property)}).status == 400);
    const Json wrong = traced(input("C-1", {{"name", "Acme"}}, property), "t2");
    CHECK(upsert({traced(input("C-3", {{"name", "Bolt"}}), "t1"), wrong}).status == 400);
  }
  CHECK(upsert({input("C-4", {{"number", 4}}), input("C-5", {{"number", "4"}})}).status == 400);
  CHECK(account.look("state")["companies"].size() == 1);
}

TEST_CASE("sandbox hubspot: only 2026-09 enforces the admin's rules") {
  TestAccount account;
  const std::string id =
      account.make("companies", {{"name", "Acme"}, {"lifecyclestage", "customer"}});
  account.control("rules", {{"object", "companies"},
                            {"property", "lifecyclestage"},
                            {"value", "customer"},
                            {"required", "industry"}});
  const auto write = [&](const std::string& version, const char* property) {
    return account.post("/crm/" + version + "/companies/batch/update",
                        inputs({update(id, {{property, "x"}})}));
  };
  const Said refused = write("objects/2026-09", "description");
  CHECK(refused.status == 400);
  CHECK(code_of(refused) == "MISSING_CONDITIONAL_REQUIRED_PROPERTY");
  CHECK(refused.body["errors"][0]["context"]["propertyName"] == Json({"industry"}));
  CHECK(write("objects/2026-03", "description").status == 200);
  CHECK(write("v3/objects", "description").status == 200);
  CHECK(write("objects/2026-09", "industry").status == 200);
}

TEST_CASE("sandbox hubspot: a rule asks only what is written where the account is so") {
  TestAccount account;
  const std::string id =
      account.make("companies", {{"name", "Acme"}, {"lifecyclestage", "customer"}});
  account.control("rules", {{"object", "companies"},
                            {"property", "lifecyclestage"},
                            {"value", "customer"},
                            {"required", "industry"}});
  account.control("switches", {{"conditional_rules_check_stored", false}});
  const auto write = [&](const Json& properties) {
    return account.post(std::string(kCompanies) + "update", inputs({update(id, properties)}))
        .status;
  };
  CHECK(write({{"description", "x"}}) == 200);
  CHECK(write({{"lifecyclestage", "customer"}}) == 400);
}

TEST_CASE("sandbox hubspot: a record that is written too often is locked for a while") {
  TestAccount account;
  account.control("limits", {{"writes_per_record_max", 2}});
  const std::string id = account.company("Acme");
  const auto write = [&] {
    return account
        .call("PATCH", "/crm/objects/2026-09/companies/" + id,
              {{"properties", {{"description", "x"}}}})
        .status;
  };
  CHECK(write() == 200);
  CHECK(write() == 200);
  CHECK(write() == 423);
  account.step(seconds(3));
  CHECK(write() == 200);
}

TEST_CASE("sandbox hubspot: a merge makes a record that both old ids lead to") {
  TestAccount account;
  const std::string a = account.company("a"), b = account.company("b");
  const std::string deal = account.make("deals", {{"dealname", "d"}});
  account.control(
      "edit",
      {{"object", "deals"}, {"id", deal}, {"associate", {{"object", "companies"}, {"id", b}}}});
  const Said merged = account.post("/crm/objects/2026-09/companies/merge",
                                   {{"primaryObjectId", a}, {"objectIdToMerge", b}});
  REQUIRE(merged.status == 200);
  const std::string survivor = merged.body["id"];
  CHECK(survivor != a);
  CHECK(merged.body["properties"]["hs_merged_object_ids"] == a + ";" + b);
  CHECK(account.get("/crm/objects/2026-09/companies/" + b).body["id"] == survivor);
  CHECK(account
            .call("PATCH", "/crm/objects/2026-09/companies/" + a,
                  {{"properties", {{"description", "x"}}}})
            .body["id"] == survivor);
  const Said batch =
      account.post(std::string(kCompanies) + "update", inputs({update(a, {{"description", "y"}})}));
  CHECK(batch.status == 207);
  CHECK(batch.body["errors"][0]["category"] == "OBJECT_NOT_FOUND");
  const Said read = account.post(std::string(kCompanies) + "read", {{"inputs", {{{"id", b}}}}});
  CHECK(ids_of(read.body["results"]) == std::vector<std::string>{survivor});
  const Said links =
      account.get("/crm/objects/2026-09/companies/" + survivor + "/associations/deals");
  CHECK(links.body["results"].size() == 1);
  CHECK(ids_of(account.get("/crm/objects/2026-09/companies").body["results"]) ==
        std::vector<std::string>{survivor});
}

TEST_CASE("sandbox hubspot: a forgotten contact is nowhere, at once") {
  TestAccount account;
  account.control("index", {{"delay", "10m"}});
  const std::string id = account.make("contacts", {{"email", "a@contacts.example"}});
  CHECK(account
            .post("/crm/objects/2026-09/contacts/gdpr-delete",
                  {{"idProperty", "email"}, {"objectId", "A@contacts.example"}})
            .status == 204);
  CHECK(account.get("/crm/objects/2026-09/contacts/" + id).status == 404);
  CHECK(account.get("/crm/objects/2026-09/contacts/" + id + "?archived=true").status == 404);
  CHECK(account.get("/crm/objects/2026-09/contacts?archived=true").body["results"].empty());
  account.step(hours(1));
  CHECK(account.post("/crm/objects/2026-09/contacts/search", Json::object()).body["total"] == 0);
}

TEST_CASE("sandbox hubspot: a property's history is kept, newest first") {
  TestAccount account;
  const std::string id = account.make("deals", {{"dealname", "d"}, {"dealstage", "contractsent"}});
  account.step(hours(1));
  account.control("edit",
                  {{"object", "deals"}, {"id", id}, {"properties", {{"dealstage", "closedwon"}}}});
  const Said said = account.post("/crm/objects/2026-09/deals/batch/read",
                                 {{"properties", {"hs_is_closed_won"}},
                                  {"propertiesWithHistory", {"dealstage"}},
                                  {"inputs", {{{"id", id}}}}});
  const Json& history = said.body["results"][0]["propertiesWithHistory"]["dealstage"];
  REQUIRE(history.size() == 2);
  CHECK(history[0]["value"] == "closedwon");
  CHECK(history[1]["value"] == "contractsent");
  CHECK(history[1]["timestamp"] == "2026-11-24T06:40:00.123Z");
  CHECK(said.body["results"][0]["properties"]["hs_is_closed_won"] == "true");
}

TEST_CASE("sandbox hubspot: a task's completion and owner are kept as reps make them") {
  TestAccount account;
  const std::string id = account.make(
      "tasks", {{"hs_timestamp", "2026-11-26T08:00:00Z"}, {"hubspot_owner_id", "41629780"}});
  std::string body = "x";
  for (int i = 0; i < 99; ++i) body += "\u00e4";
  account.control("edit",
                  {{"object", "tasks"}, {"id", id}, {"properties", {{"hs_task_body", body}}}});
  CHECK(account.value("tasks", id, "hs_body_preview") == body.substr(0, 99));
  const Said archived = account.call("PATCH", "/crm/objects/2026-09/tasks/" + id,
                                     {{"properties", {{"hubspot_owner_id", "41629781"}}}});
  CHECK(archived.status == 400);
  CHECK(account.value("tasks", id, "hs_task_completion_date").empty());
  account.control(
      "edit", {{"object", "tasks"}, {"id", id}, {"properties", {{"hs_task_status", "COMPLETED"}}}});
  CHECK(account.value("tasks", id, "hs_task_completion_date") == "2026-11-24T06:40:00.123Z");
}

}  // namespace upselld::sandbox::hubspot
