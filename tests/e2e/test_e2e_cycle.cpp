// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {

TEST_CASE("a first sync scores every customer and writes scores and tasks") {
  const DemoCrm crm;
  const auto sync = crm.answer({"sync"});
  CHECK(sync.at("accounts") == 300);
  CHECK(sync.at("scored").get<int>() > 250);
  CHECK(sync.at("not_scored").contains("no_purchase"));
  const auto scores = csv_rows(crm.folder().read("out/scores.csv"));
  CHECK(scores.size() >= sync.at("scored").get<std::size_t>());
  std::set<std::string> accounts;
  for (const CsvRow& row : scores) accounts.insert(row.at("account"));
  CHECK(accounts.size() == scores.size());
  std::set<std::string> keys;
  const auto tasks = csv_rows(crm.folder().read("out/tasks.csv"));
  for (const CsvRow& row : tasks) {
    keys.insert(row.at("key"));
    CHECK(accounts.contains(row.at("account")));
    CHECK_FALSE(row.at("owner").empty());
    CHECK(row.at("subject").find('{') == std::string::npos);
  }
  CHECK(keys.size() == tasks.size());
  CHECK(sync.at("delivered").at("tasks") == tasks.size());
}

TEST_CASE("a second sync of the same day decides and writes nothing, and says so") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string scores = crm.folder().read("out/scores.csv");
  const std::string tasks = crm.folder().read("out/tasks.csv");
  const auto again = crm.answer({"sync"});
  CHECK(again.at("decided").at("changed") == 0);
  CHECK(again.at("delivered").at("fields") == 0);
  CHECK(again.at("delivered").at("tasks") == 0);
  CHECK(crm.folder().read("out/scores.csv") == scores);
  CHECK(crm.folder().read("out/tasks.csv") == tasks);
}

TEST_CASE("while nothing comes the decisions of the last run stand; a person's deed ends that") {
  const DemoCrm crm;
  const auto first = crm.answer({"sync"});
  const auto second = crm.answer({"sync"});
  CHECK(second.at("decided_by") == first.at("run_id"));
  for (const char* same : {"accounts", "scored", "not_scored", "bands", "segments", "held"}) {
    CHECK(second.at(same) == first.at(same));
  }
  CHECK(second.at("decided").at("unchanged") == first.at("decided").at("changed"));
  CHECK(crm.answer({"sync"}).at("decided_by") == first.at("run_id"));
  const auto noted = crm.answer({"audit", "list", "--run", second.at("run_id")}).at("entries");
  REQUIRE(noted.size() == 1);
  const std::string sequence = std::to_string(noted[0].at("sequence").get<int>());
  const auto entry = crm.answer({"audit", "show", sequence});
  CHECK(entry.at("payload").at("decided_by") == first.at("run_id"));

  crm.answer({"pause"});
  crm.answer({"resume"});
  const auto looked = crm.answer({"sync"});
  CHECK_FALSE(looked.contains("decided_by"));
  CHECK(looked.at("decided").at("changed") == 0);
  CHECK(crm.answer({"sync"}).at("decided_by") == looked.at("run_id"));

  crm.edit("demo.yaml", "fields_and_tasks", "fields");
  CHECK_FALSE(crm.answer({"sync"}).contains("decided_by"));
  CHECK_FALSE(crm.answer({"sync"}, DemoCrm::kTomorrow).contains("decided_by"));
}

TEST_CASE("one event more, and every account is looked at again; one told twice is none") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string activities = crm.folder().read("data/activities.csv");
  const std::string last = activities.substr(activities.rfind('\n', activities.size() - 2) + 1);
  crm.folder().write("data/activities.csv", activities + last);
  const auto twice = crm.answer({"sync"});
  CHECK(twice.at("pulled").at("activities") == 1);
  CHECK(twice.contains("decided_by"));
  crm.folder().write("data/activities.csv",
                     activities + last + "E0,A000300,,,2026-10-31T10:00:00Z,login,\n");
  const auto more = crm.answer({"sync"});
  CHECK(more.at("pulls").at(0).at("new") == 1);
  CHECK_FALSE(more.contains("decided_by"));
}

TEST_CASE("a day later only some accounts move, and no task is made twice") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const auto next = crm.answer({"sync"}, DemoCrm::kTomorrow);
  CHECK(next.at("decided").at("changed").get<int>() < 150);
  std::set<std::string> with_task;
  for (const CsvRow& row : csv_rows(crm.folder().read("out/tasks.csv"))) {
    CHECK(with_task.insert(row.at("account")).second);
  }
}

TEST_CASE("the audit is valid and every decision replays to the same bits") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const auto verified = crm.answer({"audit", "verify"});
  CHECK(verified.at("valid") == true);
  CHECK(verified.at("entries").get<int>() > 0);
  const auto replayed = crm.answer({"audit", "replay"});
  CHECK(replayed.at("decisions").get<int>() > 0);
  CHECK(replayed.at("different").empty());
  CHECK(replayed.at("equal") == replayed.at("decisions"));
}

TEST_CASE("write: nothing decides and shows everything, and sends nothing") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: nothing");
  const auto sync = crm.answer({"sync"});
  CHECK(sync.at("scored").get<int>() > 250);
  CHECK(sync.at("delivered").at("fields") == 0);
  CHECK(sync.at("delivered").at("tasks") == 0);
  CHECK_FALSE(crm.folder().has("out/scores.csv"));
  CHECK_FALSE(crm.folder().has("out/tasks.csv"));
  CHECK(crm.answer({"accounts", "--top", "5"}).is_object());
}

TEST_CASE("a reason's contributions and the base add up to the log-odds of explain") {
  const DemoCrm crm({.accounts = 600, .months = 24, .seed = 3});
  crm.answer({"sync"});
  const auto scores = csv_rows(crm.folder().read("out/scores.csv"));
  REQUIRE_FALSE(scores.empty());
  const auto explained = crm.answer({"explain", scores.front().at("account")});
  CHECK(explained.at("account").is_object() != explained.at("account").is_string());
  CHECK(explained.contains("reasons"));
  CHECK(explained.contains("log_odds"));
}

TEST_CASE("two runs from nothing leave the same scores and tasks") {
  const DemoCrm first;
  const DemoCrm second;
  first.answer({"sync"});
  second.answer({"sync"});
  CHECK(first.folder().read("out/scores.csv") == second.folder().read("out/scores.csv"));
  CHECK(first.folder().read("out/tasks.csv") == second.folder().read("out/tasks.csv"));
}

TEST_CASE("train and score pull first where nothing was ever pulled, and only then") {
  const DemoCrm fresh;
  const std::string file = fresh.folder().path("predictions.csv");
  const Ended score = fresh.upselld({"--json", "score"});
  INFO(score.err);
  CHECK(score.code == 0);
  CHECK(score.json().at("scored").get<int>() > 250);
  CHECK(score.err.find("pulling first") != std::string::npos);
  const DemoCrm other;
  const Ended first = other.upselld({"--json", "train", "--predictions", file});
  CHECK(first.json().at("rows").get<int>() > 1'000);
  CHECK(csv_rows(fresh.folder().read("predictions.csv")).size() > 1'000);
  CHECK(other.upselld({"train"}).err.find("pulling first") == std::string::npos);
}

}  // namespace upselld::e2e
