// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "tests/e2e/hubspot_run.h"

namespace upselld::e2e {
namespace {

using nlohmann::json;

// Small: what is asked here does not depend on how much there is.
constexpr HistorySize kSmall = {.accounts = 60, .months = 8, .seed = 7};
constexpr const char* kOtherToken = "pat-eu1-11111111-2222-3333-4444-555555555555";

std::map<std::string, int> tasks_by_key(const SandboxPortal& portal) {
  std::map<std::string, int> counts;
  for (const auto& [id, task] : portal.records("tasks")) {
    if (task.at("properties").contains("upselld_key")) {
      ++counts[task.at("properties").at("upselld_key")];
    }
  }
  return counts;
}

// Our values on each company: (company, property).
std::map<std::pair<std::string, std::string>, std::string> our_values(const SandboxPortal& portal) {
  std::map<std::pair<std::string, std::string>, std::string> values;
  for (const auto& [id, company] : portal.records("companies")) {
    for (const auto& [name, value] : company.at("properties").items()) {
      if (name.starts_with("upselld_")) values[{id, name}] = value;
    }
  }
  return values;
}

void use_token(const HubspotRun& crm, const std::string& token) {
  crm.folder().write("other_token", token);
  std::filesystem::permissions(crm.folder().path("other_token"),
                               std::filesystem::perms::owner_read);
  crm.edit_settings("{file: portal/token}", "{file: other_token}");
}

}  // namespace

TEST_CASE("hubspot: after an old backup comes back no task is made twice") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"backup", "old.db"}).code == 0);
  const json first = crm.answer({"sync"});
  REQUIRE(first.at("delivered").at("tasks").get<int>() >= 2);
  const auto before = tasks_by_key(crm.portal());
  REQUIRE(crm.upselld({"restore", "old.db"}).code == 0);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  crm.set_clock("2026-11-02T11:00:00Z");
  const json again = crm.answer({"sync"});
  INFO(again.dump(1));
  const auto after = tasks_by_key(crm.portal());
  for (const auto& [key, count] : before) CHECK(after.count(key) == 1);
  for (const auto& [key, count] : after) CHECK(count == 1);
  std::map<std::string, int> per_company;
  for (const auto& [id, task] : crm.portal().records("tasks")) {
    if (!task.at("properties").contains("upselld_key")) continue;
    CHECK(++per_company[task.at("associations").at("companies").at(0)] == 1);
  }
}

TEST_CASE("hubspot: without a unique property a lost and deleted task is told, never made again") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  crm.portal().control("property",
                       {{"object", "tasks"}, {"name", "upselld_key"}, {"archive", true}});
  crm.edit_settings("write: fields_and_tasks ",
                    "task_keys: at_most_once\n    write: fields_and_tasks ");
  // Tasks are made, no answer comes, and the look after it fails too.
  const json lost = {{"method", "POST"}, {"path", "/tasks/batch/create"}, {"after", true},
                     {"status", 504},    {"answer_body", "busy"},         {"times", 1000}};
  const json no_look = {{"method", "POST"},    {"path", "/companies/tasks/batch/read"},
                        {"skip", 1},           {"status", 403},
                        {"answer_body", "no"}, {"times", 1}};
  crm.portal().control("faults", {{"add", {lost, no_look}}});
  crm.upselld({"sync"});
  crm.portal().control("faults", {{"clear", true}});
  const auto of_ours = [&] {
    std::map<std::string, int> counts;
    for (const auto& [id, task] : crm.portal().records("tasks")) {
      const std::string body = task.at("properties").value("hs_task_body", "");
      const std::size_t mark = body.find("ref: upselld ");
      if (mark != std::string::npos) ++counts[body.substr(mark)];
    }
    return counts;
  };
  const auto made = of_ours();
  REQUIRE(made.size() >= 2);
  for (const auto& [id, task] : crm.portal().records("tasks")) {
    crm.portal().control("edit", {{"object", "tasks"}, {"id", id}, {"delete", true}});
  }
  crm.set_clock("2026-11-02T11:00:00Z");
  const json early = crm.answer({"sync"});
  CHECK(early.at("unknown") == made.size());
  crm.set_clock("2026-11-03T11:00:00Z");
  const json late = crm.answer({"sync"});
  INFO(late.dump(1));
  CHECK(late.at("rejected") == made.size());
  CHECK(crm.upselld({"rejected"}).out.find("NOT_FOUND_AGAIN") != std::string::npos);
  for (const auto& [mark, count] : of_ours()) CHECK(count == 1);
}

TEST_CASE("hubspot: what was deleted for good is found, companies in a day, people in a week") {
  const HubspotRun crm(kSmall);
  const auto purge = [&](const char* object) {
    const std::string id = crm.portal().records(object).rbegin()->first;
    crm.portal().control("edit", {{"object", object}, {"id", id}, {"purge", true}});
    return id;
  };
  const auto is_gone = [&](const std::string& table, const std::string& id) {
    const Ended counted = run(
        "/usr/bin/python3",
        {"-c",
         "import sqlite3\n"
         "db = sqlite3.connect('upselld.state/upselld.db')\n"
         "print(db.execute('SELECT count(*) FROM " +
             table + " WHERE id = ? AND deletion_at IS NOT NULL', ('" + id + "',)).fetchone()[0])"},
        crm.folder().path());
    INFO(counted.err);
    REQUIRE(counted.code == 0);
    return std::stoi(counted.out) == 1;
  };
  const auto sync_at = [&](const char* time) {
    crm.set_clock(time);
    return crm.answer({"sync", "--pull-only"});
  };
  crm.answer({"sync", "--pull-only"});
  const std::string contact = purge("contacts"), company = purge("companies");
  sync_at("2026-11-03T07:00:00Z");
  CHECK_FALSE(is_gone("accounts", company));
  sync_at("2026-11-03T10:00:00Z");
  CHECK(is_gone("accounts", company));
  CHECK_FALSE(is_gone("contacts", contact));
  sync_at("2026-11-09T10:00:00Z");
  CHECK(is_gone("contacts", contact));
  // More than people delete: a key that lost its rights, or a list cut short.
  std::string other;
  for (int i = 0; i < 12; ++i) other = purge("companies");
  const json doubted = sync_at("2026-11-10T11:00:00Z");
  INFO(doubted.dump(1));
  CHECK_FALSE(is_gone("accounts", other));
  CHECK(doubted.at("run_notes").dump().find("in no list any more") != std::string::npos);
}

TEST_CASE("hubspot: nobody is asked about a company that is gone") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  const char* playbook = "demo-salesforce-playbook.yaml";
  std::string text = crm.folder().read(playbook);
  const std::string head = "\ntasks:\n";
  REQUIRE(text.find(head) != std::string::npos);
  crm.folder().write(playbook,
                     text.replace(text.find(head), head.size(), head + "  approve: yes\n"));
  crm.answer({"sync"});
  const json asked = crm.answer({"approvals"}).at("approvals");
  REQUIRE(asked.size() >= 2);
  const std::string gone = asked.at(0).at("task").at("account");
  crm.portal().control("edit", {{"object", "companies"}, {"id", gone}, {"delete", true}});
  crm.set_clock("2026-11-03T10:00:00Z");
  crm.answer({"sync"});
  const json left = crm.answer({"approvals"}).at("approvals");
  INFO(left.dump(1));
  CHECK_FALSE(left.empty());
  for (const json& one : left) CHECK(one.at("task").at("account") != gone);
}

TEST_CASE("hubspot: two installations on one account leave each other alone") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  crm.answer({"sync"});
  const auto first_values = our_values(crm.portal());
  REQUIRE_FALSE(tasks_by_key(crm.portal()).empty());
  crm.folder().write("second.yaml", "instance: second\n" + crm.folder().read("upselld.yaml"));
  crm.set_clock("2026-11-02T11:00:00Z");
  const Ended second = crm.upselld_with("second.yaml", {"sync"});
  INFO(second.out << second.err);
  CHECK((second.code == 0 || second.code == 3));
  // What the other one wrote is kept like a person's edit.
  const auto values = our_values(crm.portal());
  for (const auto& [place, value] : first_values) {
    INFO(place.first << " " << place.second);
    CHECK(values.at(place) == value);
  }
  for (const auto& [key, count] : tasks_by_key(crm.portal())) {
    CHECK(count == 1);
    CHECK((key.starts_with("upselld.") || key.starts_with("second.")));
  }
  for (const auto& [id, task] : crm.portal().records("tasks")) {
    if (!task.at("properties").contains("upselld_key")) continue;
    CHECK(task.at("properties").at("hs_task_status") == "NOT_STARTED");
  }
  const json quiet = crm.answer({"sync"});
  CHECK(quiet.at("delivered").at("fields") == 0);
  CHECK(quiet.at("delivered").at("withdrawn") == 0);
}

TEST_CASE("hubspot: what is wrong with the connection is said with its remedy") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  SECTION("a token that the account does not know") {
    use_token(crm, kOtherToken);
    check_says(crm.upselld({"sync"}), "store a valid token");
    check_says(crm.upselld({"probe"}), "store a valid token");
  }
  SECTION("a token without the scopes") {
    crm.portal().control(
        "auth", {{"token", kOtherToken}, {"scopes", {"oauth", "crm.objects.companies.read"}}});
    use_token(crm, kOtherToken);
    const Ended probed = crm.upselld({"probe"});
    check_says(probed, "grant the scope crm.objects.owners.read");
    check_says(probed, "grant the scope crm.objects.companies.write, or set no more than");
    check_says(probed, "grant the scope crm.objects.contacts.write, or set no more than");
  }
  SECTION("an authority that is not trusted") {
    crm.edit_settings("    ca_file: portal/authority.pem\n", "");
    check_says(crm.upselld({"sync"}), "set ca_file to the authority that signed it");
  }
  SECTION("the key of tasks is gone") {
    crm.portal().control("property",
                         {{"object", "tasks"}, {"name", "upselld_key"}, {"archive", true}});
    check_says(crm.upselld({"sync"}), "run: upselld prepare");
  }
  SECTION("the day's calls are used up by others") {
    crm.portal().control("limits", {{"daily_max", 1000}, {"used_by_others", 1000}});
    const Ended held = crm.upselld({"sync"});
    check_says(held, "You have reached your daily limit");
    check_says(held, "API calls left today: 0 for reading, 0 for writing; a sync after 2026-11-03");
  }
  SECTION("no connection at all") {
    crm.edit_settings("host: " + crm.portal().url(), "host: https://127.0.0.1:1");
    check_says(crm.upselld({"sync"}), "no connection; is the address right?");
  }
}

TEST_CASE("hubspot: no secret is in what is said or kept") {
  const HubspotRun crm(kSmall);
  const std::string token = crm.folder().read("portal/token");
  std::string said;
  const auto keep = [&](const Ended& ended) { said += ended.out + ended.err; };
  keep(crm.upselld({"prepare", "crm"}));
  keep(crm.upselld({"probe"}));
  keep(crm.upselld({"sync"}));
  keep(crm.upselld({"plan", "secret.plan"}));
  keep(crm.upselld({"backup", "copy.db"}));
  use_token(crm, kOtherToken);
  keep(crm.upselld({"sync"}));
  CHECK(said.find("store a valid token") != std::string::npos);
  const std::string kept = crm.files_left({"other_token"});
  for (const std::string& secret : {token, std::string(kOtherToken)}) {
    CHECK(said.find(secret) == std::string::npos);
    CHECK(kept.find(secret) == std::string::npos);
  }
}

}  // namespace upselld::e2e
