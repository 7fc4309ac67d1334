// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "tests/e2e/salesforce_run.h"

namespace upselld::e2e {
namespace {

using nlohmann::json;

bool is_ours(const json& task) {
  return task.contains("upselld_Key__c") && task.at("IsDeleted") == false;
}

std::vector<json> our_tasks(const SalesforceRun& crm) {
  std::vector<json> tasks = crm.records("Task");
  std::erase_if(tasks, [](const json& task) { return !is_ours(task); });
  return tasks;
}

std::map<std::string, json> accounts(const SalesforceRun& crm) {
  std::map<std::string, json> by_id;
  for (const json& account : crm.records("Account")) by_id[account.at("Id")] = account;
  return by_id;
}

// Our fields of an account as they stand in the org.
json ours(const json& account) {
  json fields = json::object();
  for (const auto& [name, value] : account.items()) {
    if (name.starts_with("upselld_")) fields[name] = value;
  }
  return fields;
}

// Everything in the org but our fields, our tasks and what moves by itself.
std::string not_ours(const SalesforceRun& crm) {
  std::string text;
  for (const char* object : {"Account", "Contact", "Opportunity", "Case", "Task", "Event"}) {
    for (json record : crm.records(object)) {
      if (record.contains("upselld_Key__c")) continue;
      for (const char* moves :
           {"LastModifiedDate", "LastModifiedById", "SystemModstamp", "LastActivityDate"}) {
        record.erase(moves);
      }
      std::erase_if(record.get_ref<json::object_t&>(),
                    [](const auto& field) { return field.first.starts_with("upselld_"); });
      text += record.dump() + "\n";
    }
  }
  return text;
}

int fields_and_tasks(const json& run) {
  return run.at("delivered").at("fields").get<int>() + run.at("delivered").at("tasks").get<int>();
}

// A package for an admin by default; a rehearsal changes nothing; then for good, and once more.
void prepare_step_by_step(const SalesforceRun& crm) {
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  CHECK(crm.folder().has("salesforce-package/objects/Account.object"));
  const Ended dry = crm.prepare({"--dry-run"});
  INFO(dry.err);
  CHECK(dry.out.find("would make CustomField Account.upselld_Score__c") != std::string::npos);
  CHECK(crm.records("CustomField").empty());
  const Ended made = crm.prepare();
  INFO(made.out << made.err);
  REQUIRE(made.code == 0);
  CHECK(made.out.find("made CustomField Activity.upselld_Key__c") != std::string::npos);
  CHECK(made.out.find("assigned the permission set") != std::string::npos);
  CHECK(crm.records("CustomField").size() == 16);
  CHECK(crm.prepare().out.find("made ") == std::string::npos);
  const Ended probed = crm.upselld({"probe"});
  INFO(probed.out);
  CHECK(probed.code == 0);
  CHECK(probed.out.find("FAIL") == std::string::npos);
}

// People are told by name who gets the tasks, programs by id.
void check_owners(const SalesforceRun& crm, const json& plan) {
  const std::string text = crm.upselld({"plan", "show", "monday.plan"}).out;
  REQUIRE_FALSE(plan.at("tasks_by_owner").empty());
  for (const auto& [owner, count] : plan.at("tasks_by_owner").items()) {
    const std::string name = crm.record("User", owner).at("Name");
    CHECK(text.find(name + " " + std::to_string(count.get<int>())) != std::string::npos);
    CHECK(text.find(owner) == std::string::npos);
  }
}

// Undone, but for what a person changed meanwhile.
void undo_beside_an_edit(const SalesforceRun& crm, const std::string& plan,
                         const std::string& touched) {
  crm.control("edit", {{"object", "Account"},
                       {"id", touched},
                       {"fields", {{"upselld_Next_Action__c", "My own plan"}}}});
  const json undone = crm.answer({"undo", plan});
  CHECK(undone.at("status") == "done");
  for (const auto& [id, account] : accounts(crm)) {
    INFO(id);
    const json left = ours(account);
    if (id == touched) {
      CHECK(left.at("upselld_Next_Action__c") == "My own plan");
    } else {
      CHECK(left == json::object());
    }
  }
  for (const json& task : our_tasks(crm)) {
    CHECK(task.at("IsClosed") == true);
    CHECK(task.at("Description").get<std::string>().find("Withdrawn by upselld: undone") !=
          std::string::npos);
  }
}

}  // namespace

TEST_CASE("salesforce: from an empty org to fields and tasks, and back") {
  const SalesforceRun crm;
  const Ended bare = crm.upselld({"probe"});
  INFO(bare.out << bare.err);
  CHECK(bare.out.find("none of our fields is there") != std::string::npos);
  const std::string before = not_ours(crm);

  prepare_step_by_step(crm);
  crm.edit_settings("write: fields_and_tasks", "write: nothing");
  const json pulled = crm.answer({"sync"});
  CHECK(pulled.at("accounts") == 150);
  CHECK(pulled.at("scored").get<int>() > 100);
  CHECK(fields_and_tasks(pulled) == 0);
  CHECK(our_tasks(crm).empty());
  crm.edit_settings("write: nothing", "write: fields_and_tasks");
  const json plan = crm.answer({"plan", "monday.plan"});
  REQUIRE(plan.at("rows").size() > 100);
  check_owners(crm, plan);
  CHECK(our_tasks(crm).empty());

  const json applied = crm.answer({"apply", "monday.plan"});
  INFO(applied.dump(1));
  CHECK(applied.at("rejected") == 0);
  CHECK(applied.at("delivered").at("fields") == plan.at("rows").size());
  const auto tasks = our_tasks(crm);
  REQUIRE(tasks.size() >= 3);
  CHECK(applied.at("delivered").at("tasks") == tasks.size());
  std::set<std::string> keys;
  const auto standing = accounts(crm);
  for (const json& task : tasks) {
    keys.insert(task.at("upselld_Key__c"));
    CHECK(standing.count(task.at("WhatId")) == 1);
    CHECK(task.at("Subject").get<std::string>().size() > 10);
    CHECK(task.at("Description").get<std::string>().find("Upsell Outcome") != std::string::npos);
    CHECK(standing.at(task.at("WhatId")).contains("upselld_Next_Action__c"));
  }
  CHECK(keys.size() == tasks.size());
  const std::string owner = crm.record("User", tasks[0].at("OwnerId")).at("Name");
  CHECK(crm.upselld({"explain", tasks[0].at("WhatId")}).out.find("task for " + owner + ",") !=
        std::string::npos);
  CHECK(not_ours(crm) == before);

  // Our own writes moved every stamp; nothing of it is news.
  const json again = crm.answer({"sync"});
  CHECK(fields_and_tasks(again) == 0);
  CHECK(again.at("decided").at("changed") == 0);

  undo_beside_an_edit(crm, plan.at("plan"), tasks[0].at("WhatId"));
  CHECK(not_ours(crm) == before);
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);

  const Ended removed = crm.prepare({"--remove"});
  INFO(removed.err);
  CHECK(removed.code == 0);
  CHECK(crm.upselld({"probe"}).out.find("none of our fields is there") != std::string::npos);
}

TEST_CASE("salesforce: people's edits stay, outcomes come back, nothing is made twice") {
  const SalesforceRun crm;
  REQUIRE(crm.prepare().code == 0);
  crm.answer({"sync"});
  const auto tasks = our_tasks(crm);
  REQUIRE(tasks.size() >= 3);
  const std::string edited = tasks[0].at("WhatId"), closed = tasks[1].at("WhatId");
  crm.set_clock("2026-11-02T15:00:00Z");
  crm.control("edit", {{"object", "Account"},
                       {"id", edited},
                       {"fields", {{"upselld_Next_Action__c", "My own plan"}}}});
  crm.control("edit", {{"object", "Task"},
                       {"id", tasks[1].at("Id")},
                       {"fields",
                        {{"Status", "Completed"},
                         {"upselld_Outcome__c", "Wrong suggestion"},
                         {"upselld_Outcome_Note__c", "no budget"}}}});
  crm.control("edit", {{"object", "Task"}, {"id", tasks[2].at("Id")}, {"delete", true}});
  // Everything is meant again after the refresh: nine days later.
  crm.set_clock("2026-11-11T09:00:00Z");
  const json later = crm.answer({"sync"});
  INFO(later.dump(1));
  CHECK(later.at("kept_fields").get<int>() >= 1);
  const json kept = crm.record("Account", edited);
  CHECK(kept.at("upselld_Next_Action__c") == "My own plan");
  CHECK(kept.at("upselld_Data_As_Of__c").get<std::string>().starts_with("2026-11-11"));
  std::map<std::string, int> per_account;
  for (const json& task : crm.records("Task")) {
    if (task.contains("upselld_Key__c")) ++per_account[task.at("WhatId")];
  }
  CHECK(per_account.at(closed) == 1);
  CHECK(per_account.at(tasks[2].at("WhatId")) == 1);
  const json explained = crm.answer({"explain", closed});
  CHECK((explained.at("held") == "cooling_down" || explained.at("held") == "low_band" ||
         explained.at("held") == "no_rule"));
}

TEST_CASE("salesforce: quota in an object and visits in a joined file end in the right tasks") {
  const SalesforceRun crm;
  REQUIRE(crm.prepare().code == 0);
  crm.answer({"sync"});
  std::set<std::string> busy;
  for (const json& task : our_tasks(crm)) busy.insert(task.at("WhatId"));
  std::vector<std::string> free;
  for (const auto& [id, account] : accounts(crm)) {
    if (busy.count(id) > 0 || free.size() == 2) continue;
    const json explained = crm.answer({"explain", id});
    // Active ones may have bought too recently to be asked again.
    const bool is_quiet = explained.at("segment") != "active" &&
                          (explained.at("held") == "low_band" || explained.at("held") == "no_rule");
    if (is_quiet) free.push_back(id);
  }
  REQUIRE(free.size() == 2);
  crm.control("edit", {{"object", "Usage__c"},
                       {"fields",
                        {{"Account__c", free[0]}, {"Day__c", "2026-11-02"}, {"Share__c", 0.84}}}});
  const std::string customer = crm.record("Account", free[1]).at("Customer_No__c");
  std::string visits = *sandbox::gunzipped(crm.folder().read("data/web_visits.csv.gz"), 1 << 30);
  REQUIRE(visits.starts_with("customer_no,seen_at,event\n"));
  for (const char* hour : {"08", "11", "15"}) {
    visits += customer + ",2026-11-02T" + hour + ":00:00Z,pricing_visit\n";
  }
  crm.folder().write("data/web_visits.csv.gz", sandbox::gzipped(visits));
  crm.set_clock("2026-11-03T09:00:00Z");
  crm.answer({"sync"});
  std::map<std::string, std::string> keys;
  for (const json& task : our_tasks(crm)) keys[task.at("WhatId")] = task.at("upselld_Key__c");
  INFO(crm.upselld({"explain", free[1]}).out);
  CHECK(keys[free[0]].find(".storage_upgrade.") != std::string::npos);
  CHECK(keys[free[1]].find(".comparison.") != std::string::npos);
}

}  // namespace upselld::e2e
