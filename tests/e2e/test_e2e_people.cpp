// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "tests/e2e/programs.h"

// What people do between runs, and what upselld then remembers of a task.
namespace upselld::e2e {
namespace {

// As far as the store knows: "open", "done", or "" where no task is remembered.
std::string remembered(const DemoCrm& crm, const std::string& account) {
  REQUIRE(crm.upselld({"audit", "export", "--canonical", "all.txt"}).code == 0);
  const std::string text = crm.folder().read("all.txt");
  const std::size_t line = text.find("memory \"crm:" + account + "\" held ");
  REQUIRE(line != std::string::npos);
  const std::string whole = text.substr(line, text.find('\n', line) - line);
  return whole.substr(whole.rfind(" task ") + 6);
}

bool remembers(const DemoCrm& crm, const std::string& account, const std::string& status) {
  const std::string task = remembered(crm, account);
  INFO(account << ": " << task);
  return task.find(status) != std::string::npos;
}

// In the row of that task.
void edit_task(const DemoCrm& crm, const std::string& key, const std::string& from,
               const std::string& to) {
  std::string text = crm.folder().read("out/tasks.csv");
  const std::size_t at = text.find(from, text.find(key));
  REQUIRE(at != std::string::npos);
  crm.folder().write("out/tasks.csv", text.replace(at, from.size(), to));
}

void delete_task(const DemoCrm& crm, const std::string& key) {
  std::string text = crm.folder().read("out/tasks.csv");
  std::size_t end = text.find(key);
  REQUIRE(end != std::string::npos);
  const std::size_t begin = text.rfind('\n', end) + 1;
  // A quoted body may hold line ends; the next row begins with a key of ours or nothing is left.
  end = text.find("\nupselld.", end);
  crm.folder().write("out/tasks.csv",
                     text.erase(begin, end == std::string::npos ? end : end + 1 - begin));
}

std::vector<CsvRow> tasks_of(const DemoCrm& crm) {
  return csv_rows(crm.folder().read("out/tasks.csv"));
}

}  // namespace

TEST_CASE("undoing a run leaves what people did with its tasks remembered as theirs") {
  const DemoCrm crm;
  const std::string run = crm.answer({"sync"}).at("run_id");
  const auto tasks = tasks_of(crm);
  REQUIRE(tasks.size() >= 3);
  const CsvRow &declined = tasks[0], &deleted = tasks[1], &untouched = tasks[2];
  edit_task(crm, declined.at("key"), ",open,,", ",done,Customer declined,");
  delete_task(crm, deleted.at("key"));
  REQUIRE(tasks_of(crm).size() == tasks.size() - 1);
  // No sync has read it yet.
  crm.answer({"undo", run});
  CHECK(remembers(crm, declined.at("account"), "declined"));
  CHECK(remembers(crm, deleted.at("account"), "deleted"));
  CHECK(remembers(crm, untouched.at("account"), "withdrawn"));
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
}

TEST_CASE("a task that people touched is not told as withdrawn, and stays the account's open one") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const CsvRow task = tasks_of(crm).front();
  // Somebody works on it, and the customer buys.
  edit_task(crm, task.at("key"), task.at("due"), "2026-11-20T09:00:00Z");
  crm.folder().write("data/orders.csv", crm.folder().read("data/orders.csv") + "NEW-1," +
                                            task.at("account") +
                                            ",2026-11-02T12:00:00Z,99.00,EUR,renewal,won\n");
  const auto synced = crm.answer({"sync"}, DemoCrm::kTomorrow);
  INFO(synced.dump(1));
  CHECK(synced.at("kept_tasks") == 1);
  CHECK(remembers(crm, task.at("account"), "open"));
  // It is said once, and not tried again.
  const auto later = crm.answer({"sync"}, "2026-11-04");
  CHECK(later.at("kept_tasks") == 0);
  CHECK(remembers(crm, task.at("account"), "open"));
  // What becomes of it is read.
  edit_task(crm, task.at("key"), ",open,,", ",done,Opportunity opened,");
  crm.answer({"sync"}, "2026-11-05");
  CHECK(remembers(crm, task.at("account"), "opportunity"));
  CHECK(crm.answer({"audit", "replay"}).at("different").empty());
}

TEST_CASE("a task that nobody ever saw is forgotten when it is taken back") {
  const DemoCrm crm;
  REQUIRE(crm.upselld({"pause"}).code == 0);
  const std::string run = crm.answer({"sync"}).at("run_id");
  CHECK_FALSE(crm.folder().has("out/tasks.csv"));
  crm.answer({"undo", run});
  REQUIRE(crm.upselld({"resume"}).code == 0);
  // The account cools down from nothing: the next day's round may make it.
  const auto synced = crm.answer({"sync"}, DemoCrm::kTomorrow);
  INFO(synced.dump(1));
  CHECK(synced.at("delivered").at("tasks") > 0);
}

TEST_CASE("undoing a run leaves what a later one decided and could not send yet") {
  const DemoCrm crm;
  const std::string first = crm.answer({"sync"}).at("run_id");
  REQUIRE(crm.upselld({"pause"}).code == 0);
  const std::string later = "2026-11-10";  // after the refresh everything is meant again
  REQUIRE(crm.answer({"sync"}, later).at("status") == "held");
  REQUIRE(crm.upselld({"resume"}).code == 0);
  const auto undone = crm.answer({"undo", first}, later);
  INFO(undone.dump(1));
  CHECK(undone.dump().find("have other values since") != std::string::npos);
  CHECK(crm.answer({"sync"}, later).at("delivered").at("fields") > 250);
  int standing = 0;
  for (const CsvRow& row : csv_rows(crm.folder().read("out/scores.csv"))) {
    standing += row.at("segment").empty() ? 0 : 1;
  }
  CHECK(standing > 250);
}

TEST_CASE("a plan can be applied after later syncs that changed nothing") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "new_tasks: 500", "new_tasks: 1");
  REQUIRE(crm.answer({"sync"}).contains("held_because"));
  const auto plan = crm.answer({"plan", "monday.plan"});
  REQUIRE(plan.at("limits").get<std::string>().find("BEYOND") == 0);
  REQUIRE(crm.answer({"sync"}).contains("held_because"));
  const auto applied = crm.answer({"apply", "monday.plan"});
  INFO(applied.dump(1));
  CHECK(applied.at("delivered").at("tasks") == plan.at("new_tasks"));
  CHECK(crm.answer({"status"}).at("held").empty());
}

TEST_CASE("a plan tells only of those left deliveries that go with it") {
  const DemoCrm crm;
  REQUIRE(crm.upselld({"pause"}).code == 0);
  crm.answer({"sync"});
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: fields");
  const auto plan = crm.answer({"plan", "left.plan"});
  CHECK(plan.at("fields_waiting") > 0);
  CHECK(plan.at("tasks_waiting") == 0);
}

TEST_CASE("while only fields may be written no task is closed either") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const CsvRow task = tasks_of(crm).front();
  // Decided while writing is paused, so that it waits.
  REQUIRE(crm.upselld({"pause"}).code == 0);
  const std::string later = "2026-12-20";  // nobody took it up
  crm.answer({"sync"}, later);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: fields");
  CHECK(crm.answer({"sync"}, later).at("delivered").at("withdrawn") == 0);
  CHECK(tasks_of(crm).front().at("status") == "open");
  crm.edit("demo.yaml", "write: fields", "write: fields_and_tasks");
  CHECK(crm.answer({"sync"}, later).at("delivered").at("withdrawn") > 0);
  CHECK(tasks_of(crm).front().at("status") == "withdrawn");
}

TEST_CASE("a model that its training refused goes live only where a person says so") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "publish: automatic", "publish: ask");
  crm.answer({"sync"});
  const std::string version = crm.answer({"models"}).at("models").at(0).at("version");
  // As a training says it that found nothing better than a simple rule.
  const Ended changed =
      run("/usr/bin/python3",
          {"-c",
           "import sqlite3\n"
           "db = sqlite3.connect('demo.state/upselld.db')\n"
           "db.execute('UPDATE models SET report = ?',"
           " ('{\"published\": false, \"reason\": \"it does not beat the order count\"}',))\n"
           "db.commit()"},
          crm.folder().path());
  INFO(changed.err);
  REQUIRE(changed.code == 0);
  const Ended refused = crm.upselld({"models", "publish", version});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("it does not beat the order count") != std::string::npos);
  CHECK(refused.err.find("--although-refused") != std::string::npos);
  CHECK(crm.answer({"models"}).at("models").at(0).at("published") == false);
  CHECK(crm.answer({"status"}).at("connections").at("crm").at("waiting_model") == "");
  const Ended published = crm.upselld({"models", "publish", version, "--although-refused"});
  INFO(published.err);
  CHECK(published.code == 0);
  CHECK(crm.answer({"models"}).at("models").at(0).at("published") == true);
}

TEST_CASE("that a model waits is told until it is published, and never again") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "publish: automatic", "publish: ask");
  crm.edit("demo.yaml", "stop_when:", "notify: {command: [/bin/sh, -c, cat >> heard]}\nstop_when:");
  crm.answer({"sync"});
  const std::string version = crm.answer({"models"}).at("models").at(0).at("version");
  const auto waits = [&] {
    return crm.answer({"status"})
        .at("connections")
        .at("crm")
        .at("waiting_model")
        .get<std::string>();
  };
  CHECK(waits() == version);
  CHECK(crm.upselld({"status"}).out.find("upselld models publish " + version) != std::string::npos);
  CHECK(crm.folder().read("heard").find("see upselld models show " + version) != std::string::npos);
  REQUIRE(crm.upselld({"models", "publish", version}).code == 0);
  CHECK(waits().empty());
  crm.answer({"sync"}, DemoCrm::kTomorrow);
  CHECK(crm.folder().read("heard").find("over: a model waits") != std::string::npos);
  // Who went back to the rules has looked at it.
  REQUIRE(crm.upselld({"models", "rollback"}, DemoCrm::kTomorrow).code == 0);
  CHECK(waits().empty());
}

TEST_CASE("a model that waits is declined: what ranks stays, and nobody is told of it again") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "publish: automatic", "publish: ask");
  crm.answer({"sync"});
  const std::string version = crm.answer({"models"}).at("models").at(0).at("version");
  const Ended other = crm.upselld({"models", "decline", "2020-01-01-00000000"});
  CHECK(other.code == 1);
  CHECK(other.err.find(version + " does") != std::string::npos);
  const auto declined = crm.answer({"models", "decline", version});
  CHECK(declined.at("live") == "rules-1");
  CHECK(crm.answer({"status"}).at("connections").at("crm").at("waiting_model") == "");
  CHECK(crm.upselld({"models"}).out.find("declined 20") != std::string::npos);
  CHECK(crm.upselld({"audit", "--top", "1"}).out.find("model_declined") != std::string::npos);
  CHECK(crm.upselld({"models", "decline", version}).code == 1);
  // Who thinks better of it may publish it.
  CHECK(crm.upselld({"models", "publish", version}).code == 0);
}

TEST_CASE("what the store keeps of a run names no account") {
  const DemoCrm crm;
  const std::string run = crm.answer({"sync"}).at("run_id");
  const CsvRow task = tasks_of(crm).front();
  crm.answer({"undo", run});
  const auto told =
      crm.answer({"undo", crm.answer({"sync"}, "2026-11-10").at("run_id")}, "2026-11-10");
  REQUIRE(crm.upselld({"forget", task.at("account")}, "2026-11-10").code == 0);
  const std::string store = crm.folder().read("demo.state/upselld.db");
  CHECK(store.find(" " + task.at("account") + " ") == std::string::npos);
  CHECK(store.find("\"" + task.at("account") + "\"") == std::string::npos);
}

}  // namespace upselld::e2e
