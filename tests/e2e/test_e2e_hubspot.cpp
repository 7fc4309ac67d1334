// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "tests/e2e/hubspot_run.h"
#include "tests/e2e/salesforce_run.h"

namespace upselld::e2e {
namespace {

using nlohmann::json;

bool is_ours(const json& task) {
  return task.at("properties").contains("upselld_key") && task.at("archived") == false;
}

std::vector<json> our_tasks(const SandboxPortal& portal) {
  std::vector<json> tasks;
  for (const auto& [id, task] : portal.records("tasks")) {
    if (is_ours(task)) tasks.push_back(task);
  }
  return tasks;
}

std::string company_of(const json& task) {
  return task.at("associations").at("companies").at(0);
}

// Our properties of a company as they stand in the account.
json ours(const json& company) {
  json properties = json::object();
  for (const auto& [name, value] : company.at("properties").items()) {
    if (name.starts_with("upselld_")) properties[name] = value;
  }
  return properties;
}

// Everything in the account but our properties, our tasks and what moves by itself.
std::string not_ours(const SandboxPortal& portal) {
  std::string text;
  for (const char* object : {"companies", "contacts", "deals", "line_items", "tickets", "tasks"}) {
    for (auto& [id, record] : portal.records(object)) {
      if (record.at("properties").contains("upselld_key")) continue;
      json kept = record;
      kept.erase("updatedAt");
      if (kept.contains("associations")) kept["associations"].erase("tasks");
      std::erase_if(kept["properties"].get_ref<json::object_t&>(), [](const auto& property) {
        const std::string& name = property.first;
        return name.starts_with("upselld_") || name.find("lastmodified") != std::string::npos ||
               name == "hs_last_open_task_date" || name.starts_with("notes_") ||
               name.starts_with("num_");
      });
      text += kept.dump() + "\n";
    }
  }
  return text;
}

int fields_and_tasks(const json& run) {
  return run.at("delivered").at("fields").get<int>() + run.at("delivered").at("tasks").get<int>();
}

void prepare_step_by_step(const HubspotRun& crm) {
  const Ended dry = crm.upselld({"prepare", "crm", "--dry-run"});
  CHECK(dry.out.find("would make property upselld_score of companies") != std::string::npos);
  CHECK(crm.upselld({"probe"}).out.find("none of our properties is on companies") !=
        std::string::npos);
  const Ended made = crm.upselld({"prepare", "crm"});
  INFO(made.out << made.err);
  REQUIRE(made.code == 0);
  CHECK(made.out.find("made property upselld_key of tasks") != std::string::npos);
  CHECK(crm.upselld({"prepare", "crm"}).out.find("made ") == std::string::npos);
  const Ended probed = crm.upselld({"probe"});
  INFO(probed.out);
  CHECK(probed.code == 0);
  CHECK(probed.out.find("FAIL") == std::string::npos);
}

}  // namespace

TEST_CASE("hubspot: from an empty account to properties and tasks, and back") {
  const HubspotRun crm;
  const std::string before = not_ours(crm.portal());
  prepare_step_by_step(crm);
  crm.edit_settings("write: fields_and_tasks", "write: nothing");
  const json pulled = crm.answer({"sync"});
  CHECK(pulled.at("accounts") == 150);
  CHECK(pulled.at("scored").get<int>() > 100);
  CHECK(fields_and_tasks(pulled) == 0);
  CHECK(our_tasks(crm.portal()).empty());
  crm.edit_settings("write: nothing", "write: fields_and_tasks");
  const json plan = crm.answer({"plan", "monday.plan"});
  REQUIRE(plan.at("rows").size() > 100);

  const json applied = crm.answer({"apply", "monday.plan"});
  INFO(applied.dump(1));
  CHECK(applied.at("rejected") == 0);
  CHECK(applied.at("delivered").at("fields") == plan.at("rows").size());
  const auto tasks = our_tasks(crm.portal());
  REQUIRE(tasks.size() >= 3);
  CHECK(applied.at("delivered").at("tasks") == tasks.size());
  std::set<std::string> keys;
  const auto companies = crm.portal().records("companies");
  for (const json& task : tasks) {
    keys.insert(task.at("properties").at("upselld_key"));
    CHECK(ours(companies.at(company_of(task))).contains("upselld_next_action"));
    CHECK(task.at("properties").at("hs_task_body").get<std::string>().find("Upsell Outcome") !=
          std::string::npos);
  }
  CHECK(keys.size() == tasks.size());
  CHECK(not_ours(crm.portal()) == before);

  // Our own writes moved every date; nothing of it is news.
  const json again = crm.answer({"sync"});
  CHECK(fields_and_tasks(again) == 0);
  CHECK(again.at("decided").at("changed") == 0);

  const json undone = crm.answer({"undo", plan.at("plan")});
  CHECK(undone.at("status") == "done");
  for (const auto& [id, company] : crm.portal().records("companies")) {
    INFO(id);
    CHECK(ours(company) == json::object());
  }
  for (const json& task : our_tasks(crm.portal())) {
    CHECK(task.at("properties").at("hs_task_status") == "COMPLETED");
  }
  CHECK(not_ours(crm.portal()) == before);
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
  CHECK(crm.upselld({"prepare", "crm", "--remove"}).code == 0);
  CHECK(crm.upselld({"probe"}).out.find("none of our properties is on companies") !=
        std::string::npos);
}

TEST_CASE("hubspot: people's edits stay, outcomes come back, nothing is made twice") {
  const HubspotRun crm;
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  crm.answer({"sync"});
  const auto tasks = our_tasks(crm.portal());
  REQUIRE(tasks.size() >= 3);
  const std::string edited = company_of(tasks[0]), closed = company_of(tasks[1]);
  crm.set_clock("2026-11-02T18:00:00Z");
  crm.portal().control("edit", {{"object", "companies"},
                                {"id", edited},
                                {"properties", {{"upselld_next_action", "My own plan"}}}});
  crm.portal().control("edit", {{"object", "tasks"},
                                {"id", tasks[1].at("id")},
                                {"properties",
                                 {{"hs_task_status", "COMPLETED"},
                                  {"upselld_outcome", "Wrong suggestion"},
                                  {"upselld_outcome_note", "no budget"}}}});
  crm.portal().control("edit", {{"object", "tasks"}, {"id", tasks[2].at("id")}, {"delete", true}});
  // Everything is meant again after the refresh: nine days later.
  crm.set_clock("2026-11-11T09:00:00Z");
  const json later = crm.answer({"sync"});
  INFO(later.dump(1));
  CHECK(later.at("kept_fields").get<int>() >= 1);
  const json kept = crm.portal().records("companies").at(edited).at("properties");
  CHECK(kept.at("upselld_next_action") == "My own plan");
  CHECK(kept.at("upselld_data_as_of").get<std::string>().starts_with("2026-11-11"));
  std::map<std::string, int> per_company;
  for (const auto& [id, task] : crm.portal().records("tasks")) {
    if (task.at("properties").contains("upselld_key")) ++per_company[company_of(task)];
  }
  CHECK(per_company.at(closed) == 1);
  CHECK(per_company.at(company_of(tasks[2])) == 1);
}

TEST_CASE(
    "hubspot: a company that is merged away leaves its open task to the one that took it in") {
  const HubspotRun crm;
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  crm.answer({"sync"});
  const auto tasks = our_tasks(crm.portal());
  REQUIRE(tasks.size() >= 2);
  std::set<std::string> busy;
  for (const json& task : tasks) busy.insert(company_of(task));
  const auto is_free = [&](const auto& company) { return !busy.contains(company.first); };
  const auto companies = crm.portal().records("companies");
  const std::string heir = std::find_if(companies.begin(), companies.end(), is_free)->first;
  const auto merge = [&](const std::string& other) {
    crm.portal().control("merge", {{"object", "companies"}, {"primary", heir}, {"other", other}});
  };
  const auto status_of = [&](const json& task) {
    return crm.portal().records("tasks").at(task.at("id")).at("properties").at("hs_task_status");
  };
  crm.set_clock("2026-11-02T12:00:00Z");
  merge(company_of(tasks[0]));
  crm.set_clock("2026-11-03T09:00:00Z");
  crm.answer({"sync"});
  CHECK(status_of(tasks[0]) == "NOT_STARTED");
  // A second one comes with its own: one of them has to go.
  merge(company_of(tasks[1]));
  crm.set_clock("2026-11-04T09:00:00Z");
  crm.answer({"sync"});
  const bool is_first_open = status_of(tasks[0]) == "NOT_STARTED";
  CHECK(status_of(tasks[is_first_open ? 1 : 0]) == "COMPLETED");
  const json open = crm.portal().records("tasks").at(tasks[is_first_open ? 0 : 1].at("id"));
  CHECK(open.at("properties").at("hs_task_status") == "NOT_STARTED");
  const auto later = our_tasks(crm.portal());
  CHECK(std::count_if(later.begin(), later.end(), [&](const json& task) {
          return company_of(task) == company_of(open) && status_of(task) == "NOT_STARTED";
        }) == 1);
}

namespace {

// A HubSpot account as a second connection of the same upselld.
void add_shop(const SalesforceRun& crm, const SandboxPortal& portal) {
  REQUIRE(crm.prepare().code == 0);
  crm.edit_settings("\n  website:",
                    "\n  shop:\n    plugin: hubspot\n    host: " + portal.url() +
                        "\n    token: {file: portal/token}\n"
                        "    ca_file: portal/authority.pem\n"
                        "    write: fields_and_tasks\n"
                        "    attributes:\n"
                        "      seats: {field: seats, kind: number}\n"
                        "      plan: {field: plan, order: [Basic, Pro, Enterprise]}\n\n  website:");
  REQUIRE(crm.upselld({"prepare", "shop"}).code == 0);
}

int companies_with_ours(const SandboxPortal& portal) {
  int count = 0;
  for (const auto& [id, company] : portal.records("companies"))
    count += ours(company).empty() ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("both CRMs at once: each gets its own, and one that is down stops only itself") {
  const SalesforceRun crm;
  const SandboxPortal portal(crm.folder());
  add_shop(crm, portal);
  const json both = crm.answer({"sync"});
  INFO(both.dump(1));
  for (const char* name : {"crm", "shop"}) {
    CHECK(both.at("connections").at(name).at("accounts") == 150);
    CHECK(fields_and_tasks(both.at("connections").at(name)) > 100);
  }
  CHECK(companies_with_ours(portal) == 150);

  // Each is asked for its own tasks: 207 would tell of keys that it does not know.
  crm.set_clock("2026-11-10T09:00:00Z");
  crm.answer({"sync"});
  crm.set_clock("2026-11-10T10:00:00Z");
  crm.answer({"sync"});
  int looks = 0;
  for (const json& request : portal.requests()) {
    if (request.at("at") < "2026-11-10T10" ||
        !request.at("path").get<std::string>().ends_with("/tasks/batch/read"))
      continue;
    ++looks;
    CHECK(request.at("status") == 200);
  }
  CHECK(looks > 0);

  portal.control("faults", {{"add", {{{"path", "/"}, {"times", 1000}, {"status", 503}}}}});
  crm.set_clock("2026-11-25T09:00:00Z");
  const Ended half = crm.upselld({"--json", "sync"});
  INFO(half.out << half.err);
  const json one = half.json();
  CHECK(fields_and_tasks(one.at("connections").at("crm")) > 100);
  CHECK(fields_and_tasks(one.at("connections").at("shop")) == 0);
}

TEST_CASE("both CRMs at once: a run is undone in both, and what was not reached is done later") {
  const SalesforceRun crm;
  const SandboxPortal portal(crm.folder());
  add_shop(crm, portal);
  const json both = crm.answer({"sync"});
  REQUIRE(companies_with_ours(portal) == 150);
  portal.control("faults", {{"add", {{{"path", "/"}, {"times", 1000}, {"status", 503}}}}});
  const Ended half = crm.upselld({"--json", "undo", both.at("run_id")});
  INFO(half.out << half.err);
  CHECK(half.code == 1);
  for (const json& account : crm.records("Account")) {
    INFO(account.dump());
    CHECK(account.value("upselld_Score__c", json()).is_null());
  }
  CHECK(companies_with_ours(portal) == 150);
  portal.control("faults", {{"clear", true}});
  crm.set_clock("2026-11-02T09:30:00Z");
  crm.answer({"sync"});
  CHECK(companies_with_ours(portal) == 0);
  for (const json& task : our_tasks(portal)) {
    CHECK(task.at("properties").at("hs_task_status") == "COMPLETED");
  }
  CHECK(crm.upselld({"undo", both.at("run_id")}).code == 2);
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
}

}  // namespace upselld::e2e
