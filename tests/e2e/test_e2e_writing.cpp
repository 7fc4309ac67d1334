// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

CsvRow row_named(const DemoCrm& crm, const std::string& file, const std::string& key,
                 const std::string& value) {
  for (const CsvRow& row : csv_rows(crm.folder().read(file))) {
    if (row.at(key) == value) return row;
  }
  FAIL(file << " has no row with " << key << " " << value);
  return {};
}

void replace_in(const DemoCrm& crm, const std::string& file, const std::string& from,
                const std::string& to) {
  std::string text = crm.folder().read(file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  crm.folder().write(file, text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("a plan shows what would happen, applying it does that, and undoing takes it back") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: nothing");
  crm.answer({"sync"});
  crm.edit("demo.yaml", "write: nothing", "write: fields_and_tasks");
  const auto plan = crm.answer({"plan", "monday.plan"});
  REQUIRE(plan.at("rows").size() > 250);
  CHECK_FALSE(crm.folder().has("out/scores.csv"));
  CHECK(crm.upselld({"plan", "show", "monday.plan"}).out.find("Undo it") != std::string::npos);

  const auto applied = crm.answer({"apply", "monday.plan"});
  CHECK(applied.at("delivered").at("fields") == plan.at("rows").size());
  CHECK(csv_rows(crm.folder().read("out/scores.csv")).size() == plan.at("rows").size());
  const Ended twice = crm.upselld({"apply", "monday.plan"});
  CHECK(twice.code == 2);
  CHECK(twice.err.find("applied already") != std::string::npos);

  const auto rows = csv_rows(crm.folder().read("out/scores.csv"));
  replace_in(crm, "out/scores.csv", rows.front().at("account") + "," + rows.front().at("score"),
             rows.front().at("account") + ",77.7");
  const auto undone = crm.answer({"undo", plan.at("plan")});
  CHECK(undone.at("status") == "done");
  CHECK(row_named(crm, "out/scores.csv", "account", rows.front().at("account")).at("score") ==
        "77.7");
  CHECK(row_named(crm, "out/scores.csv", "account", rows.back().at("account")).at("segment") == "");
  for (const CsvRow& task : csv_rows(crm.folder().read("out/tasks.csv"))) {
    CHECK(task.at("status") == "withdrawn");
  }
}

TEST_CASE("what an undone run had not sent yet is not sent afterwards either") {
  const DemoCrm crm;
  REQUIRE(crm.upselld({"pause"}).code == 0);
  const auto paused = crm.answer({"sync"});
  REQUIRE(paused.at("status") == "held");
  const auto undone = crm.answer({"undo", paused.at("run_id")});
  INFO(undone.dump(1));
  CHECK(undone.dump().find("that the run had not brought yet are not sent any more") !=
        std::string::npos);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  const auto after = crm.answer({"sync"});
  INFO(after.dump(1));
  CHECK(after.at("delivered").at("fields") == 0);
  CHECK(after.at("delivered").at("tasks") == 0);
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
}

TEST_CASE("tasks that were decided wait while only fields may be written") {
  const DemoCrm crm;
  REQUIRE(crm.upselld({"pause"}).code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "held");
  REQUIRE(crm.upselld({"resume"}).code == 0);
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: fields");
  const auto fields = crm.answer({"sync"});
  INFO(fields.dump(1));
  CHECK(fields.at("delivered").at("fields") > 0);
  CHECK(fields.at("delivered").at("tasks") == 0);
  crm.edit("demo.yaml", "write: fields", "write: fields_and_tasks");
  CHECK(crm.answer({"sync"}).at("delivered").at("tasks") > 0);
}

TEST_CASE("nothing counts as undone where nothing may be written, or a later run wrote since") {
  const DemoCrm crm;
  const auto first = crm.answer({"sync"});
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: nothing");
  const Ended refused = crm.upselld({"undo", first.at("run_id")});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("set write: fields_and_tasks there") != std::string::npos);
  crm.edit("demo.yaml", "write: nothing", "write: fields_and_tasks");
  crm.answer({"sync"}, "2026-11-10");
  const auto standing = csv_rows(crm.folder().read("out/scores.csv"));
  const auto undone = crm.answer({"undo", first.at("run_id")}, "2026-11-10");
  INFO(undone.dump(1));
  CHECK(undone.dump().find("have other values since") != std::string::npos);
  // But where the later run wrote the same.
  const std::string day = "2026-11-09T23:00:00Z";
  std::size_t later = 0;
  for (const CsvRow& row : standing) {
    if (row.at("data_as_of") != day) continue;
    ++later;
    CHECK(row_named(crm, "out/scores.csv", "account", row.at("account")) == row);
  }
  CHECK(later > 250);
}

TEST_CASE("applying a plan sends no task that is overdue by then") {
  const DemoCrm crm;
  REQUIRE(crm.upselld({"pause"}).code == 0);
  REQUIRE(crm.answer({"sync"}).at("status") == "held");
  const std::string later = "2026-11-12";
  crm.answer({"plan", "late.plan"}, later);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  const auto applied = crm.answer({"apply", "late.plan"}, later);
  INFO(applied.dump(1));
  CHECK(applied.at("delivered").at("fields") > 0);
  CHECK(applied.at("delivered").at("tasks") == 0);
}

TEST_CASE("a plan is refused when the playbook changed since it was made") {
  const DemoCrm crm;
  crm.answer({"sync"});
  crm.answer({"plan", "late.plan"}, DemoCrm::kTomorrow);
  crm.edit("demo-playbook.yaml", "floor: 1.5x", "floor: 1.4x");
  const Ended applied = crm.upselld({"apply", "late.plan"}, DemoCrm::kTomorrow);
  CHECK(applied.code == 2);
  CHECK(applied.err.find("the playbook changed") != std::string::npos);
}

TEST_CASE("a person's edit in the output file is kept, the other fields go on") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const auto tasks = csv_rows(crm.folder().read("out/tasks.csv"));
  REQUIRE_FALSE(tasks.empty());
  const std::string account = tasks.front().at("account");
  const CsvRow before = row_named(crm, "out/scores.csv", "account", account);
  const std::string head = account + "," + before.at("score") + "," + before.at("band");
  replace_in(crm, "out/scores.csv", head, account + "," + before.at("score") + ",Low");
  // Everything is meant again after the refresh: nine days later.
  const auto later = crm.answer({"sync"}, "2026-11-11");
  CHECK(later.at("kept_fields").get<int>() >= 1);
  const CsvRow after = row_named(crm, "out/scores.csv", "account", account);
  CHECK(after.at("band") == "Low");
  CHECK(after.at("data_as_of") != before.at("data_as_of"));
  CHECK(crm.answer({"release", account, "--by", "Ada"}).at("released").get<int>() >= 1);
  const auto noted = crm.answer({"audit", "--top", "1"}).at("entries").at(0);
  CHECK(noted.at("kind") == "released");
  const auto entry = crm.answer({"audit", "show", std::to_string(noted.at("sequence").get<int>())});
  CHECK(entry.at("payload").at("by") == "Ada");
  CHECK(entry.at("payload").at("account") == account);
  // There is nothing left to give back, and nothing to note.
  CHECK(crm.answer({"release", account}).at("released") == 0);
  CHECK(crm.answer({"audit", "--top", "1"}).at("entries").at(0) == noted);
}

TEST_CASE("a task's outcome is read back and no task follows while it cools down") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const auto tasks = csv_rows(crm.folder().read("out/tasks.csv"));
  REQUIRE_FALSE(tasks.empty());
  const std::string key = tasks.front().at("key"), account = tasks.front().at("account");
  std::string text = crm.folder().read("out/tasks.csv");
  const std::size_t row = text.find(key);
  const std::size_t open = text.find(",open,,", row);
  REQUIRE(open != std::string::npos);
  crm.folder().write("out/tasks.csv", text.replace(open, 7, ",done,Not now,"));
  crm.answer({"sync"}, DemoCrm::kTomorrow);
  const auto explained = crm.answer({"explain", account}, DemoCrm::kTomorrow);
  const std::string held = explained.at("held");
  CHECK((held == "cooling_down" || held == "low_band" || held == "no_rule"));
  for (const char* day : {"2026-11-04", "2026-11-12"}) crm.answer({"sync"}, day);
  const auto after = csv_rows(crm.folder().read("out/tasks.csv"));
  CHECK(std::count_if(after.begin(), after.end(),
                      [&](const CsvRow& one) { return one.at("account") == account; }) == 1);
}

TEST_CASE("beyond a limit of stop_when nothing is written until a person applies a plan") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "new_tasks: 500", "new_tasks: 1");
  const auto held = crm.answer({"sync"});
  CHECK(held.at("status") == "held");
  CHECK(held.at("held_because").get<std::string>().find("new_tasks") != std::string::npos);
  CHECK(crm.upselld({"sync"}).code == 3);
  CHECK_FALSE(crm.folder().has("out/scores.csv"));
  crm.answer({"plan", "over.plan"});
  const auto applied = crm.answer({"apply", "over.plan"});
  CHECK(applied.at("delivered").at("tasks").get<int>() > 1);
}

TEST_CASE("a hold is over with the first run that is within the limits") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "new_tasks: 500", "new_tasks: 1");
  REQUIRE(crm.answer({"sync"}).at("status") == "held");
  REQUIRE(crm.answer({"status"}).at("held").size() == 1);
  crm.edit("demo.yaml", "new_tasks: 1", "new_tasks: 500");
  const auto done = crm.answer({"sync"});
  CHECK(done.at("status") == "done");
  CHECK(done.at("delivered").at("tasks").get<int>() > 1);
  CHECK(crm.answer({"status"}).at("held").empty());
}

TEST_CASE("paused means nothing is written, across runs, until resumed") {
  const DemoCrm crm;
  crm.answer({"sync", "--pull-only"});
  CHECK(crm.upselld({"pause", "--why", "month end"}).code == 0);
  const auto paused = crm.answer({"sync"});
  CHECK(paused.at("delivered").at("fields") == 0);
  CHECK_FALSE(crm.folder().has("out/scores.csv"));
  CHECK(crm.upselld({"resume"}).code == 0);
  const auto resumed = crm.answer({"sync"});
  CHECK(resumed.at("delivered").at("fields").get<int>() > 250);
  CHECK(resumed.at("delivered").at("tasks").get<int>() > 0);
}

TEST_CASE("a pause is taken while another process is at work, and stops what it would send") {
  const DemoCrm crm;
  crm.answer({"sync", "--pull-only"});
  const std::string lock = crm.folder().path("demo.state/lock");
  const int at_work = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(at_work >= 0);
  REQUIRE(::flock(at_work, LOCK_EX) == 0);
  CHECK(crm.upselld({"sync"}).err.find("is in use by") != std::string::npos);
  CHECK(crm.upselld({"pause", "--why", "month end"}).code == 0);
  ::close(at_work);
  const auto ended = crm.upselld({"sync", "--json"});
  CHECK(ended.code == 3);
  CHECK(ended.json().at("status") == "held");
  CHECK_FALSE(crm.folder().has("out/scores.csv"));
}

TEST_CASE(
    "a date in pause_until keeps tasks away from that account, and another one gets its turn") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: fields");
  crm.answer({"sync"});
  crm.edit("demo.yaml", "write: fields", "write: fields_and_tasks");
  crm.answer({"plan", "next.plan"}, DemoCrm::kTomorrow);
  const auto plan = nlohmann::json::parse(crm.folder().read("next.plan"));
  std::vector<std::string> planned;
  for (const auto& row : plan.at("rows")) {
    if (!row.at("task_key").get<std::string>().empty()) planned.push_back(row.at("account"));
  }
  REQUIRE(planned.size() > 1);
  const CsvRow row = row_named(crm, "out/scores.csv", "account", planned[0]);
  REQUIRE(row.at("pause_until").empty());
  const std::string line_end = row.at("model_version") + ",";
  std::string text = crm.folder().read("out/scores.csv");
  const std::size_t begin = text.find("\n" + planned[0] + ",");
  REQUIRE(begin != std::string::npos);
  const std::size_t at = text.find(line_end, begin);
  REQUIRE(at != std::string::npos);
  crm.folder().write("out/scores.csv", text.insert(at + line_end.size(), "2026-12-24"));

  const auto synced = crm.answer({"sync"}, DemoCrm::kTomorrow);
  CHECK(synced.at("held").at("paused") == 1);
  CHECK(synced.at("delivered").at("tasks").get<std::size_t>() >= planned.size() - 1);
  for (const CsvRow& task : csv_rows(crm.folder().read("out/tasks.csv"))) {
    CHECK(task.at("account") != planned[0]);
  }
  CHECK(crm.answer({"audit", "replay"}).at("different").empty());
}

TEST_CASE("a task that could not be sent before it was due is dropped, and may be made anew") {
  const DemoCrm crm;
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"pause"}).code == 0);
  CHECK(crm.answer({"sync"}).at("delivered").at("tasks") == 0);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  const std::string later = "2026-11-12";
  const auto synced = crm.answer({"sync"}, later);
  CHECK(synced.at("delivered").at("tasks").get<int>() > 0);
  for (const CsvRow& task : csv_rows(crm.folder().read("out/tasks.csv"))) {
    CHECK(task.at("due").substr(0, 10) >= later);
  }
}

TEST_CASE("a plan tells what earlier runs left to be sent") {
  const DemoCrm crm;
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"pause"}).code == 0);
  crm.answer({"sync"});
  const auto plan = crm.upselld({"plan", "left.plan"});
  CHECK(plan.out.find("waiting ") != std::string::npos);
  CHECK(nlohmann::json::parse(crm.folder().read("left.plan")).at("tasks_waiting").get<int>() > 0);
}

TEST_CASE("a forgotten account leaves our fields, records and audit, and does not come back") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string account = csv_rows(crm.folder().read("out/tasks.csv")).front().at("account");
  const Ended forgotten = crm.upselld({"forget", account});
  INFO(forgotten.err);
  REQUIRE(forgotten.code == 0);
  CHECK(row_named(crm, "out/scores.csv", "account", account).at("band") == "");
  CHECK(row_named(crm, "out/tasks.csv", "account", account).at("status") == "withdrawn");
  CHECK(crm.upselld({"explain", account}).code == 1);
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
  crm.answer({"sync", "--full"}, DemoCrm::kTomorrow);
  CHECK(crm.upselld({"explain", account}, DemoCrm::kTomorrow).code == 1);
  CHECK(crm.folder().read("demo.state/upselld.db").find("\"" + account + "\"") ==
        std::string::npos);
}

TEST_CASE("a task that needs a yes is asked for once, made after it, and a no is remembered") {
  const DemoCrm crm;
  crm.edit("demo-playbook.yaml", "per_rep_and_week: 5", "per_rep_and_week: 500");
  crm.edit("demo-playbook.yaml", "{high_value: yes, band: medium}",
           "{high_value: yes, band: [high, medium]}");
  crm.answer({"sync"});
  const auto asked = crm.answer({"approvals"}).at("approvals");
  REQUIRE(asked.size() >= 2);
  crm.answer({"sync"});
  CHECK(crm.answer({"approvals"}).at("approvals") == asked);
  const std::string yes = asked.at(0).at("task").at("account");
  const std::string no = asked.at(1).at("task").at("account");
  for (const CsvRow& task : csv_rows(crm.folder().read("out/tasks.csv"))) {
    REQUIRE(task.at("account") != yes);
  }

  REQUIRE(crm.upselld({"approvals", "yes", asked.at(0).at("key")}).code == 0);
  REQUIRE(crm.upselld({"approvals", "no", asked.at(1).at("key"), "--by", "the manager"}).code == 0);
  const auto entries = crm.answer({"audit", "list", "--top", "2"}).at("entries");
  REQUIRE(entries.at(0).at("kind") == "answered");
  CHECK(entries.at(1).at("kind") == "answered");
  const std::string sequence = std::to_string(entries.at(0).at("sequence").get<int>());
  const auto answered = crm.answer({"audit", "show", sequence}).at("payload");
  CHECK(answered.at("answer") == "declined");
  CHECK(answered.at("by") == "the manager");
  CHECK(answered.at("task") == asked.at(1).at("key"));
  crm.answer({"sync"}, DemoCrm::kTomorrow);
  CHECK(row_named(crm, "out/tasks.csv", "account", yes).at("status") == "open");
  const auto approvals = crm.answer({"approvals"});
  for (const auto& one : approvals.at("approvals")) {
    CHECK(one.at("task").at("account") != yes);
    CHECK(one.at("task").at("account") != no);
  }
  for (const CsvRow& task : csv_rows(crm.folder().read("out/tasks.csv"))) {
    CHECK(task.at("account") != no);
  }
}

}  // namespace upselld::e2e
