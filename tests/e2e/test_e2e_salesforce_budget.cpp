// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/e2e/salesforce_run.h"

namespace upselld::e2e {
namespace {

using nlohmann::json;

constexpr HistorySize kSmall = {.accounts = 60, .months = 8, .seed = 7};

// What upselld left in the org, but for the moment of the data: nothing where it wrote nothing.
std::map<std::string, std::string> written(const SalesforceRun& crm) {
  std::map<std::string, std::string> all;
  for (const json& account : crm.records("Account")) {
    for (const auto& [name, value] : account.items()) {
      if (!name.starts_with("upselld_") || name == "upselld_Data_As_Of__c") continue;
      all[account.at("Name").get<std::string>() + " " + name] = value.dump();
    }
  }
  for (const json& task : crm.records("Task")) {
    if (task.contains("upselld_Key__c")) all["task " + task.at("Subject").get<std::string>()] = "";
  }
  return all;
}

int calls(const SalesforceRun& crm) {
  const auto counters = crm.counters();
  int all = 0;
  for (const auto& [kind, count] : counters.at("calls").items()) all += count.get<int>();
  return all;
}

// Others use so much that our stop at 85 % is `left` calls away.
void leave_calls(const SalesforceRun& crm, int left) {
  crm.control("limits", {{"requests_max", 10'000}, {"used_by_others", 8'500 - calls(crm) - left}});
}

std::map<std::string, std::string> undisturbed() {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "done");
  return written(crm);
}

void hide_nine_accounts(const SalesforceRun& crm) {
  json hidden = json::array();
  for (const json& account : crm.records("Account")) {
    if (hidden.size() < 9) hidden.push_back(account.at("Id"));
  }
  crm.control("invisible", {{"ids", hidden}});
}

}  // namespace

TEST_CASE("salesforce: the org's calls are used up in the middle of the first pull") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  leave_calls(crm, 25);
  const Ended stopped = crm.upselld({"sync"});
  INFO(stopped.out << stopped.err);
  CHECK(stopped.code == 3);
  CHECK(stopped.out.find("held      not read to their end: ") != std::string::npos);
  CHECK(stopped.out.find("API calls left today: 0 for reading") != std::string::npos);
  CHECK(stopped.out.find("a sync after 2026-11-03T00:00:00Z goes on") != std::string::npos);
  CHECK(stopped.out.find("of its 10000 API calls today, and upselld stops at 85 %") !=
        std::string::npos);
  CHECK(written(crm).empty());
  CHECK(crm.upselld({"status"}).out.find("the last pull stopped half-way") != std::string::npos);
  const Ended planned = crm.upselld({"plan", "part.plan"});
  CHECK(planned.code == 1);
  CHECK(planned.err.find("the last pull of crm stopped half-way") != std::string::npos);
  const Ended trained = crm.upselld({"train"});
  CHECK(trained.code == 3);
  CHECK(trained.err.find("upselld stops at 85 %") != std::string::npos);

  // The same day no call is spent to hear the same.
  const int before = calls(crm);
  const json again = crm.answer({"sync"});
  CHECK(again.at("status") == "held");
  CHECK(calls(crm) == before);

  crm.control("limits", {{"used_by_others", 0}});
  crm.set_clock("2026-11-03T09:00:00Z");
  const json done = crm.answer({"sync"});
  CHECK(done.at("status") == "done");
  CHECK(done.at("accounts") == kSmall.accounts);
  CHECK(done.at("delivered").at("fields") == kSmall.accounts);
  CHECK(crm.upselld({"status"}).out.find("half-way") == std::string::npos);
  CHECK(crm.upselld({"plan", "whole.plan"}).code == 0);
}

TEST_CASE("salesforce: wherever the org refuses calls, a later sync ends in the same state") {
  const auto wanted = undisturbed();
  REQUIRE(wanted.lower_bound("task ") != wanted.end());
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  int held = 0;
  // Each time it comes a little further: through the pull, the look at tasks and pauses, the write.
  for (const int let_through : {0, 7, 15, 24, 33, 36, 40}) {
    crm.control("faults", {{"clear", true},
                           {"add",
                            {{{"path", "/services/data/"},
                              {"skip", let_through},
                              {"times", 10'000},
                              {"status", 403},
                              {"answer_body", R"([{"message":"TotalRequests Limit exceeded.",)"
                                              R"("errorCode":"REQUEST_LIMIT_EXCEEDED"}])"}}}}});
    const Ended stopped = crm.upselld({"--json", "sync"});
    INFO("after " << let_through << " calls\n" << stopped.out << stopped.err);
    CHECK(stopped.code == 3);
    const json run = stopped.json();
    if (run.at("status") != "held") continue;
    ++held;
    // The login, what was let through, and the one that was refused.
    CHECK(run.at("api_calls") <= let_through + 2);
    CHECK(written(crm).empty());
    const std::string goes_on_at = run.at("out_of_calls").at("goes_on_at");
    CHECK(goes_on_at.starts_with("2026-11-02T09:1"));
  }
  CHECK(held >= 4);
  crm.control("faults", {{"clear", true}});
  crm.set_clock("2026-11-02T09:20:00Z");
  const json done = crm.answer({"sync"});
  CHECK(done.at("status") == "done");
  const auto there = written(crm);
  CHECK(there.size() == wanted.size());
  for (const auto& [place, value] : wanted) {
    INFO(place << " should be " << value);
    REQUIRE(there.count(place) == 1);
    CHECK(there.at(place) == value);
  }
}

TEST_CASE("salesforce: a full pull that stopped half-way still tells that accounts are gone") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "done");
  hide_nine_accounts(crm);
  // Yesterday's calls count no more.
  crm.set_clock("2026-11-03T15:00:00Z");
  crm.control("limits", {{"requests_max", 10'000}, {"used_by_others", 8'480}});
  const json stopped = crm.answer({"sync", "--full"});
  CHECK(stopped.at("status") == "held");
  CHECK(stopped.at("pulled").at("accounts") == kSmall.accounts - 9);
  crm.control("limits", {{"used_by_others", 0}});
  crm.set_clock("2026-11-04T15:00:00Z");
  const json done = crm.answer({"sync"});
  CHECK(done.at("status") == "held");
  CHECK(done.at("held_because").get<std::string>().find("no longer shows 9 of 60 accounts") !=
        std::string::npos);
}

TEST_CASE(
    "salesforce: while accounts are gone each run is held, until one looks or a person says") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "done");
  hide_nine_accounts(crm);
  crm.set_clock("2026-11-02T15:00:00Z");
  const json held = crm.answer({"sync", "--full"});
  REQUIRE(held.at("held_because").get<std::string>().find("9 of 60") != std::string::npos);
  // Nothing is news, and no run looks at all accounts.
  crm.set_clock("2026-11-02T16:00:00Z");
  const json later = crm.answer({"sync"});
  INFO(later.dump(1));
  CHECK(later.at("status") == "held");
  CHECK(later.at("held_because") == held.at("held_because"));
  REQUIRE(crm.answer({"status"}).at("held").size() == 1);
  crm.set_clock("2026-11-02T17:00:00Z");
  SECTION("they are back, and a full pull sees it") {
    crm.control("invisible", {{"ids", json::array()}});
    CHECK(crm.answer({"sync"}).at("status") == "held");
    crm.set_clock("2026-11-02T18:00:00Z");
    CHECK(crm.answer({"sync", "--full"}).at("status") == "done");
  }
  SECTION("the limit is raised") {
    crm.edit_settings("{new_tasks: 500}", "{new_tasks: 500, accounts_lost: 20%}");
    CHECK_FALSE(crm.answer({"sync"}).contains("held_because"));
  }
  SECTION("a plan is applied") {
    const std::string limits = crm.answer({"plan", "as_it_is.plan"}).at("limits");
    CHECK(limits.find("no longer shows 9 of 60 accounts") != std::string::npos);
    crm.answer({"apply", "as_it_is.plan"});
    CHECK_FALSE(crm.answer({"sync"}).contains("held_because"));
  }
  CHECK(crm.answer({"status"}).at("held").empty());
}

TEST_CASE(
    "salesforce: what a look missed holds the next run, whatever the run of the look was for") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "done");
  hide_nine_accounts(crm);
  crm.set_clock("2026-11-02T15:00:00Z");
  crm.answer({"sync", "--full", GENERATE("--pull-only", "--dry-run")});
  CHECK(crm.answer({"status"}).at("held").empty());
  crm.set_clock("2026-11-02T16:00:00Z");
  const json held = crm.answer({"sync"});
  CHECK(held.at("held_because").get<std::string>().find("9 of 60") != std::string::npos);
  // They are back, and such a run sees it.
  crm.control("invisible", {{"ids", json::array()}});
  crm.set_clock("2026-11-02T17:00:00Z");
  crm.answer({"sync", "--full", "--pull-only"});
  crm.set_clock("2026-11-02T18:00:00Z");
  CHECK(crm.answer({"sync"}).at("status") == "done");
}

TEST_CASE("salesforce: no Bulk job is left in the middle of the pull") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.prepare().code == 0);
  crm.edit_settings("  crm:\n", "  crm:\n    bulk_rows: 200\n");
  crm.control("limits", {{"bulk_query_jobs_max", 1}});
  const json stopped = crm.answer({"sync"});
  INFO(stopped.dump(1));
  CHECK(stopped.at("status") == "held");
  CHECK(stopped.at("out_of_calls")
            .at("why")
            .get<std::string>()
            .find("Max number of query jobs per 24 hours exceeded") != std::string::npos);
  CHECK(stopped.at("out_of_calls").at("goes_on_at").is_string());
  CHECK(written(crm).empty());
  crm.control("limits", {{"bulk_query_jobs_max", 100}});
  const json done = crm.answer({"sync"});
  CHECK(done.at("status") == "done");
  CHECK(done.at("accounts") == kSmall.accounts);
}

}  // namespace upselld::e2e
