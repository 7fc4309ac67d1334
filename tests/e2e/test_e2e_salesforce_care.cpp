// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/e2e/salesforce_run.h"

namespace upselld::e2e {
namespace {

using nlohmann::json;

// Small: what is asked here does not depend on how much there is.
constexpr HistorySize kSmall = {.accounts = 60, .months = 8, .seed = 7};

std::map<std::string, int> tasks_by_key(const SalesforceRun& crm) {
  std::map<std::string, int> counts;
  for (const json& task : crm.records("Task")) {
    if (task.contains("upselld_Key__c")) ++counts[task.at("upselld_Key__c")];
  }
  return counts;
}

std::map<std::string, std::string> bands(const SalesforceRun& crm) {
  std::map<std::string, std::string> by_id;
  for (const json& account : crm.records("Account")) {
    by_id[account.at("Id")] = account.value("upselld_Band__c", "") + "/" +
                              account.value("upselld_Next_Action__c", "") + "/" +
                              account.value("LastModifiedDate", "");
  }
  return by_id;
}

}  // namespace

TEST_CASE("salesforce: the plugin is found, explains its options, and its example is good") {
  const Folder folder;
  std::filesystem::copy(UPSELLD_SOURCE_DIR "/config/examples/salesforce.yaml",
                        folder.path("upselld.yaml"));
  const auto upselld = [&](const std::vector<std::string>& words) {
    return run(UPSELLD_PROGRAM, words, folder.path());
  };
  CHECK(upselld({"plugins"}).out.find("salesforce") != std::string::npos);
  CHECK(upselld({"sample-config"}).out.find("fallback_owner") != std::string::npos);
  const Ended checked = upselld({"check", "--offline"});
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
}

TEST_CASE("salesforce: after an old backup comes back no task is made twice") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"backup", "old.db"}).code == 0);
  const json first = crm.answer({"sync"});
  REQUIRE(first.at("delivered").at("tasks").get<int>() >= 2);
  const auto before = tasks_by_key(crm);
  REQUIRE(crm.upselld({"restore", "old.db"}).code == 0);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  crm.set_clock("2026-11-02T11:00:00Z");
  const json again = crm.answer({"sync"});
  INFO(again.dump(1));
  const auto after = tasks_by_key(crm);
  for (const auto& [key, count] : before) CHECK(after.count(key) == 1);
  for (const auto& [key, count] : after) CHECK(count == 1);
  std::map<std::string, int> per_account;
  for (const json& task : crm.records("Task")) {
    if (task.contains("upselld_Key__c")) CHECK(++per_account[task.at("WhatId")] == 1);
  }
}

TEST_CASE("salesforce: two installations on one org leave each other alone") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  crm.answer({"sync"});
  const auto first_tasks = tasks_by_key(crm);
  const auto first_bands = bands(crm);
  REQUIRE_FALSE(first_tasks.empty());
  crm.folder().write("second.yaml", "instance: second\n" + crm.folder().read("upselld.yaml"));
  crm.set_clock("2026-11-02T11:00:00Z");
  const Ended second = crm.upselld_with("second.yaml", {"sync"});
  INFO(second.out << second.err);
  CHECK((second.code == 0 || second.code == 3));
  // What the other one wrote is kept like a person's edit.
  CHECK(bands(crm) == first_bands);
  for (const auto& [key, count] : tasks_by_key(crm)) {
    CHECK(count == 1);
    CHECK((key.starts_with("upselld.") || key.starts_with("second.")));
  }
  for (const json& task : crm.records("Task")) {
    if (task.contains("upselld_Key__c")) CHECK(task.at("IsClosed") == false);
  }
  const json quiet = crm.answer({"sync"});
  CHECK(quiet.at("delivered").at("fields") == 0);
  CHECK(quiet.at("delivered").at("withdrawn") == 0);
}

TEST_CASE("salesforce: what is wrong with the connection is said with its remedy") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  SECTION("a key whose certificate the app does not hold") {
    crm.control("app", {{"client_id", "sandbox-client"}, {"certificate", ""}});
    check_says(crm.upselld({"sync"}), "enable this way to log in on the app");
  }
  SECTION("the app is not approved for the user") {
    crm.control("app", {{"client_id", "sandbox-client"}, {"approved", false}});
    check_says(crm.upselld({"sync"}), "let the app be used by admin approved users");
  }
  SECTION("a user without API access") {
    crm.control("user", {{"username", "upselld@sandbox.example"}, {"api_enabled", false}});
    check_says(crm.upselld({"sync"}), "give the integration user API Enabled");
    check_says(crm.upselld({"probe"}), "API Enabled");
  }
  SECTION("an authority that is not trusted") {
    crm.edit_settings("    ca_file: org/authority.pem\n", "");
    check_says(crm.upselld({"sync"}), "set ca_file to the authority that signed it");
  }
  SECTION("a hidden field") {
    crm.control("user", {{"username", "upselld@sandbox.example"},
                         {"hidden", {"Task.upselld_Key__c", "Account.upselld_Band__c"}}});
    const Ended probed = crm.upselld({"probe"});
    check_says(probed, "field upselld_Band__c on Account exists, but this user may not see it");
    CHECK(probed.out.find("assign the permission set upselld_Integration") != std::string::npos);
    check_says(crm.upselld({"sync"}), "Task.upselld_Key__c is missing, or this user may not see");
  }
  SECTION("the org's calls are used up by others") {
    crm.control("limits", {{"requests_max", 1000}, {"used_by_others", 1000}});
    check_says(crm.upselld({"sync"}), "REQUEST_LIMIT_EXCEEDED");
  }
  SECTION("an admin's session that is over, or none") {
    check_says(crm.upselld({"prepare", "crm", "--direct"}, "00D!over\n"),
               "the org refused the admin's session");
    check_says(crm.upselld({"prepare", "crm", "--direct"}), "and there was none");
    check_says(crm.upselld({"prepare", "--direct"}, "00D!over\n"), "name the connection");
  }
  SECTION("no connection at all") {
    crm.edit_settings("host: " + crm.url(), "host: https://127.0.0.1:1");
    check_says(crm.upselld({"sync"}), "no connection; is the address right?");
  }
}

TEST_CASE(
    "salesforce: what a rule of the org refused is tried again once the account was changed") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  const std::string id = crm.records("Account").front().at("Id");
  const auto rename = [&](const char* name) {
    crm.control("edit", {{"object", "Account"}, {"id", id}, {"fields", {{"Name", name}}}});
  };
  crm.set_clock(SalesforceRun::kLoaded);
  rename("Unchecked Heron");
  crm.set_clock(SalesforceRun::kMonday);
  crm.control("rules", {{"validation",
                         {{"object", "Account"},
                          {"when", "Name LIKE 'Unchecked%'"},
                          {"message", "check the name first"},
                          {"field", "Name"}}}});
  const auto has_score = [&] { return crm.record("Account", id).contains("upselld_Segment__c"); };
  const json refused = crm.answer({"sync"});
  INFO(refused.dump(1));
  CHECK(refused.at("rejected") == 1);
  CHECK(crm.upselld({"rejected"}).out.find("check the name first") != std::string::npos);

  crm.set_clock("2026-11-02T10:00:00Z");
  CHECK(crm.answer({"sync"}).at("rejected") == 0);
  CHECK_FALSE(has_score());
  // A person may say so too, and the audit knows who did.
  CHECK(crm.answer({"rejected", "retry", "--by", "Ada"}).at("retried") == 1);
  const json noted = crm.answer({"audit", "--top", "1"}).at("entries").at(0);
  CHECK(noted.at("kind") == "retried");
  const std::string sequence = std::to_string(noted.at("sequence").get<int>());
  CHECK(crm.answer({"audit", "show", sequence}).at("payload").at("by") == "Ada");
  crm.set_clock("2026-11-02T10:30:00Z");
  CHECK(crm.answer({"sync"}).at("rejected") == 1);
  crm.set_clock("2026-11-02T10:45:00Z");
  rename("Checked Heron");
  crm.set_clock("2026-11-02T11:00:00Z");
  const json taken = crm.answer({"sync"});
  INFO(taken.dump(1));
  CHECK(taken.at("rejected") == 0);
  CHECK(has_score());
  CHECK(crm.upselld({"rejected"}).out.find("nothing is rejected") != std::string::npos);
}

TEST_CASE("salesforce: an org that is down in the middle is not asked for every stream") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  crm.control("faults", {{"add",
                          {{{"path", "/services/data/"},
                            {"skip", 12},
                            {"times", 10'000},
                            {"status", 503},
                            {"answer_body", ""}}}}});
  const Ended down = crm.upselld({"--json", "sync"});
  CHECK(down.code == 1);
  // The login, what was answered, and four tries for each of two streams.
  CHECK(down.json().at("api_calls") <= 1 + 12 + 8);
  crm.control("faults", {{"clear", true}});
  CHECK(crm.answer({"sync"}).at("accounts") == kSmall.accounts);
}

TEST_CASE("salesforce: no secret is in what is said or kept") {
  const SalesforceRun crm(kSmall);
  crm.folder().write("quiet", "sandbox-secret");
  std::filesystem::permissions(crm.folder().path("quiet"), std::filesystem::perms::owner_read);
  crm.edit_settings("    private_key: {file: org/jwt.key}\n",
                    "    auth: client_credentials\n    client_secret: {file: quiet}\n");
  const std::string session = crm.admin_session();
  std::string said;
  const auto keep = [&](const Ended& ended) { said += ended.out + ended.err; };
  keep(crm.prepare());
  keep(crm.upselld({"probe"}));
  keep(crm.upselld({"sync"}));
  keep(crm.upselld({"plan", "secret.plan"}));
  keep(crm.upselld({"backup", "copy.db"}));
  crm.control("auth", {{"expire", true}});
  crm.control("app", {{"client_id", "sandbox-client"}, {"client_secret", "another"}});
  keep(crm.upselld({"sync"}));
  CHECK(said.find("invalid client credentials") != std::string::npos);
  const std::string kept = crm.files_left({"quiet"});
  for (const std::string& secret :
       {std::string("sandbox-secret"), session, session.substr(session.find('!') + 1)}) {
    CHECK(said.find(secret) == std::string::npos);
    CHECK(kept.find(secret) == std::string::npos);
  }
  CHECK(kept.find("PRIVATE KEY") == std::string::npos);
}

}  // namespace upselld::e2e
