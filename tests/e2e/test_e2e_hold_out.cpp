// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

constexpr const char* kThen = "2026-07-01";  // a Wednesday; its 90 days are over today
constexpr const char* kDayAfter = "2026-07-02";
constexpr const char* kHalf =
    "holdout: 50%\n"
    "bands: {floor: 0}\n"
    "tasks: {create: weekdays at 07:00, per_rep_and_week: 1000, owner: [ops@company.example]}\n"
    "actions:\n"
    "  - action: look_after\n"
    "    when: {band: [high, medium]}\n"
    "    task: {type: todo, subject: \"{account}: look after it\"}\n";

void hold_half(const DemoCrm& crm) {
  crm.folder().write("demo-playbook.yaml", kHalf);
}

// Each four accounts become a group. Returns the group of each account: the id of its first.
std::map<std::string, std::string> make_groups(const DemoCrm& crm) {
  std::istringstream lines(crm.folder().read("data/accounts.csv"));
  std::map<std::string, std::string> groups;
  std::string out, line, first;
  for (std::size_t number = 0; std::getline(lines, line); ++number) {
    const std::size_t name = line.find(',') + 1, parent = line.find(',', name) + 1;
    const std::string id = line.substr(0, name - 1);
    if (number % 4 == 1) first = id;
    const std::string above = id == first ? "" : first;
    if (number > 0) {
      groups[id] = first;
      line = line.substr(0, parent) + above + line.substr(line.find(',', parent));
    }
    out += line + "\n";
  }
  crm.folder().write("data/accounts.csv", out);
  return groups;
}

}  // namespace

TEST_CASE(
    "held-out accounts get no task, and are compared with the others when their time is over") {
  const DemoCrm crm({.accounts = 700, .months = 24, .seed = 3});
  hold_half(crm);
  crm.answer({"sync"}, kThen);
  std::set<std::string> sent;
  for (const CsvRow& row : csv_rows(crm.folder().read("out/tasks.csv"))) {
    sent.insert(row.at("account"));
  }
  REQUIRE(sent.size() > 40);
  for (const CsvRow& row : csv_rows(crm.folder().read("out/scores.csv"))) {
    if (row.at("status") == "Held out (no tasks)") CHECK_FALSE(sent.contains(row.at("account")));
  }
  const auto replayed = crm.answer({"audit", "replay"});
  CHECK(replayed.at("different").empty());

  // Half-way nothing is over; at the end all is.
  const auto early = crm.answer({"train"}, kDayAfter).at("hold_out");
  CHECK(early.at("contacted").at("accounts") == 0);
  CHECK(early.at("unfinished").get<std::size_t>() > sent.size());
  const auto report = crm.answer({"train"});
  const auto& trial = report.at("hold_out");
  CHECK(trial.at("contacted").at("accounts") == sent.size());
  const auto held_out = trial.at("held_out").at("accounts").get<std::size_t>();
  CHECK(held_out > sent.size() / 2);
  CHECK(held_out < sent.size() * 2);
  CHECK(trial.at("actions").contains("look_after"));
  CHECK(early.at("unfinished") == sent.size() + held_out);
  CHECK(report.at("effect_of_a_contact").is_null());  // too few
  CHECK(trial.at("status") == "unknown");
}

TEST_CASE("a parent group is held out together, and has one trial") {
  const DemoCrm crm({.accounts = 700, .months = 24, .seed = 3});
  hold_half(crm);
  crm.edit("demo-playbook.yaml", "[high, medium]", "[high, medium, low]");
  auto group = make_groups(crm);
  std::set<std::string> sent, spared;
  for (const char* day : {kThen, "2026-07-31"}) {  // then others of some groups are wanted first
    crm.answer({"sync"}, day);
    for (const CsvRow& row : csv_rows(crm.folder().read("out/tasks.csv"))) {
      sent.insert(group[row.at("account")]);
    }
    for (const CsvRow& row : csv_rows(crm.folder().read("out/scores.csv"))) {
      if (row.at("status") == "Held out (no tasks)") spared.insert(group[row.at("account")]);
    }
  }
  for (const std::string& each : sent) CHECK_FALSE(spared.contains(each));
  const auto trial = crm.answer({"train"}).at("hold_out");
  CHECK(trial.at("contacted").at("accounts") == sent.size());
  const auto held_out = trial.at("held_out").at("accounts").get<std::size_t>();
  CHECK(held_out <= spared.size());
}

TEST_CASE("where no task is sent nobody is contacted, and there is nothing to compare") {
  const DemoCrm crm({.accounts = 300, .months = 24, .seed = 3});
  hold_half(crm);
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: fields");
  crm.answer({"sync"}, kThen);
  CHECK(crm.answer({"train"}).at("hold_out").is_null());
}

}  // namespace upselld::e2e
