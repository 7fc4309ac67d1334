// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/e2e/hubspot_run.h"

// Tasks of which it is not known whether they stand, and that nobody wants any more.
namespace upselld::e2e {
namespace {

using nlohmann::json;

constexpr HistorySize kSmall = {.accounts = 60, .months = 8, .seed = 7};

// Creating tasks fails in such a way that nobody knows whether they were made; they were not.
void lose_new_tasks(const SandboxPortal& portal) {
  const json lost = {{"method", "POST"},
                     {"path", "/tasks/batch/create"},
                     {"status", 504},
                     {"answer_body", "busy"},
                     {"times", 1000}};
  portal.control("faults", {{"add", {lost}}});
}

void answer_again(const SandboxPortal& portal) {
  portal.control("faults", {{"clear", true}});
}

int tasks_of_ours(const SandboxPortal& portal) {
  int count = 0;
  for (const auto& [id, task] : portal.records("tasks")) {
    count += task.at("properties").contains("upselld_key") ? 1 : 0;
  }
  return count;
}

void check_no_task_is_due_before(const SandboxPortal& portal, const std::string& time) {
  for (const auto& [id, task] : portal.records("tasks")) {
    const json& properties = task.at("properties");
    if (!properties.contains("upselld_key")) continue;
    CHECK(properties.at("hs_timestamp").get<std::string>() >= time);
  }
}

}  // namespace

TEST_CASE("hubspot: a task of which nothing is known is not sent once it is overdue") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  lose_new_tasks(crm.portal());
  crm.upselld({"sync"});
  answer_again(crm.portal());
  CHECK(tasks_of_ours(crm.portal()) == 0);
  const std::string later = "2026-11-12T09:00:00Z";
  crm.set_clock(later);
  const json synced = crm.answer({"sync"});
  INFO(synced.dump(1));
  CHECK(synced.at("delivered").at("tasks").get<int>() > 0);
  CHECK(synced.at("unknown") == 0);
  check_no_task_is_due_before(crm.portal(), later);
}

TEST_CASE("hubspot: an overdue task that was sent a moment ago is looked for for a day") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  lose_new_tasks(crm.portal());
  crm.upselld({"sync"});
  json synced;
  std::string day;
  // Sent again and again, until it is due.
  for (int i = 3; i <= 11; ++i) {
    day = (i < 10 ? "2026-11-0" : "2026-11-") + std::to_string(i);
    crm.set_clock(day + "T09:00:00Z");
    crm.upselld({"sync"});
  }
  answer_again(crm.portal());
  crm.set_clock(day + "T20:00:00Z");
  synced = crm.answer({"sync"});
  INFO(synced.dump(1));
  check_no_task_is_due_before(crm.portal(), day + "T20:00:00Z");
  const std::string later = "2026-11-13T09:00:00Z";
  crm.set_clock(later);
  synced = crm.answer({"sync"});
  CHECK(synced.at("unknown") == 0);
  CHECK(tasks_of_ours(crm.portal()) > 0);
  check_no_task_is_due_before(crm.portal(), day + "T20:00:00Z");
}

TEST_CASE("hubspot: a key that is refused in words is looked for for a day, then told") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  const json refusal = {{"status", "error"},
                        {"category", "VALIDATION_ERROR"},
                        {"message", "Property values were not valid: upselld_key is not allowed"}};
  crm.portal().control("faults", {{"add", json::array({{{"method", "POST"},
                                                        {"path", "/tasks/batch/create"},
                                                        {"status", 400},
                                                        {"answer_body", refusal.dump()},
                                                        {"times", 1000}}})}});
  const auto creates = [&] {
    int count = 0;
    for (const json& request : crm.portal().requests()) {
      count += request.at("path").get<std::string>().ends_with("/tasks/batch/create") ? 1 : 0;
    }
    return count;
  };
  const json first = crm.answer({"sync"});
  INFO(first.dump(1));
  const int unseen = first.at("unknown");
  REQUIRE(unseen > 1);
  const int tried = creates();
  CHECK(tried > 0);
  // Of its requests the account tells the last ones.
  crm.set_clock("2026-11-02T11:00:00Z");
  CHECK(crm.answer({"sync"}).at("unknown") == unseen);
  CHECK(creates() <= tried);
  // Overdue by now, and told all the same.
  crm.set_clock("2026-11-03T11:00:00Z");
  const json late = crm.answer({"sync"});
  INFO(late.dump(1));
  CHECK(late.at("rejected") == unseen);
  CHECK(creates() <= tried);
  CHECK(crm.upselld({"rejected"}).out.find("upselld_key is not allowed") != std::string::npos);
}

TEST_CASE("hubspot: a task of which nothing is known is not sent to who opted out meanwhile") {
  const HubspotRun crm(kSmall);
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  lose_new_tasks(crm.portal());
  const json first = crm.answer({"sync"});
  REQUIRE(first.at("unknown") > 1);
  answer_again(crm.portal());
  // Some of those whom tasks were meant for: if all left at once, nothing would be written.
  int gone = 0;
  for (const auto& [id, company] : crm.portal().records("companies")) {
    if (company.at("properties").value("upselld_next_action", "").empty() || gone == 3) continue;
    crm.portal().control(
        "edit", {{"object", "companies"}, {"id", id}, {"properties", {{"opted_out", "true"}}}});
    ++gone;
  }
  REQUIRE(gone == 3);
  crm.set_clock("2026-11-02T11:00:00Z");
  const json early = crm.answer({"sync"});
  INFO(early.dump(1));
  const int waiting = early.at("unknown").get<int>();
  CHECK(waiting > 0);
  CHECK(early.at("delivered").at("withdrawn") == 0);
  const int made = first.at("unknown").get<int>() - waiting;
  CHECK(tasks_of_ours(crm.portal()) == made);
  crm.set_clock("2026-11-03T11:00:00Z");
  const json late = crm.answer({"sync"});
  INFO(late.dump(1));
  CHECK(late.at("unknown") == 0);
  // To be withdrawn, they are looked for until the day after theirs is over.
  CHECK(late.at("deferred") == waiting);
  crm.set_clock("2026-11-04T11:00:00Z");
  CHECK(crm.answer({"sync"}).at("delivered").at("withdrawn").get<int>() == waiting);
  CHECK(tasks_of_ours(crm.portal()) == made);
  CHECK(crm.upselld({"audit", "verify"}).code == 0);
}

}  // namespace upselld::e2e
