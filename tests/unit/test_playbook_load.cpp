// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "playbook/settings_tables.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

TEST_CASE("playbook: the example loads and its two examples run as written") {
  const auto playbook = playbook_of(golden("playbook_example.yaml"));
  const auto results = playbook->run_examples();
  REQUIRE(results.size() == 2);
  for (const ExampleResult& result : results) {
    INFO(result.message);
    CHECK(result.ok);
  }
  CHECK(playbook->rules().actions.size() == 6);
  CHECK(playbook->create_schedule() == "weekdays at 07:00");
  CHECK(playbook->rules().tasks.owners.size() == 3);
  CHECK(playbook->rules().tasks.cooldown.declined == days(180));
  CHECK(playbook->rules().actions[0].task->due == hours(24));
  CHECK(playbook->rules().actions[4].approve);
}

TEST_CASE("playbook: our copy of the example is the agreed one") {
  const std::string path = std::string(UPSELLD_SOURCE_DIR) + "/../shared/examples/playbook.yaml";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << path << " is absent");
    return;
  }
  const std::string licence = "# SPDX-License-Identifier: Apache-2.0\n";
  CHECK(licence + text_of_file(path) == golden("playbook_example.yaml"));
}

TEST_CASE("playbook: the example warns of a task that can never be made") {
  const auto playbook = playbook_of(golden("playbook_example.yaml"));
  REQUIRE(playbook->warnings().size() == 1);
  CHECK(playbook->warnings()[0] ==
        "playbook.yaml:47: upgrade_path is shown, but its task is always held: its segments end "
        "within the 30 days after an order that bought_recently keeps free");
}

TEST_CASE("playbook: without a file everything is as by default") {
  const Loaded loaded = load(Node{}, test_names());
  REQUIRE(loaded.playbook);
  const Rules& rules = loaded.playbook->rules();
  CHECK(loaded.playbook->names().segments() ==
        std::vector<std::string>{"active", "cooling", "at_risk", "dormant", "no_purchase"});
  CHECK(loaded.playbook->names().tags() == std::vector<std::string>{"high_value", "engaged"});
  CHECK(rules.bands.high_top == 0.10);
  CHECK(rules.bands.medium_top == 0.30);
  CHECK(rules.bands.floor_times == 2);
  CHECK(rules.holdout == 0.05);
  CHECK(rules.hold_tests.size() == 4);
  CHECK(rules.tasks.per_rep_and_week == 5);
  CHECK(rules.tasks.expire == days(14));
  CHECK(rules.tasks.due == hours(48));
  CHECK(rules.too_old_data == hours(48));
}

TEST_CASE("playbook: names_used tells every feature to compile, and nothing else") {
  const Node root = node_of(golden("playbook_example.yaml"));
  CHECK(names_used(root, test_names().attributes) ==
        std::vector<std::string>{"cases_escalated_open", "clicks_per_visit_30d", "days_since_order",
                                 "last_order_on", "open_upsell_orders", "order_amount_mean",
                                 "order_count_365d", "pricing_visit_count_7d", "quota_usage_last",
                                 "tenure_days"});
  const auto without =
      names_used(node_of("segments: {measure: days_since_touch}\n"
                         "never: {any: [{not: {seats: known}}, {nps_last: 3}]}"));
  CHECK(std::count(without.begin(), without.end(), "days_since_touch") == 1);
  CHECK(std::count(without.begin(), without.end(), "seats") == 1);
  CHECK(std::count(without.begin(), without.end(), "nps_last") == 1);
  CHECK(std::count(without.begin(), without.end(), "any") == 0);
}

TEST_CASE("playbook: a hold whose feature nobody delivers is off, and said so") {
  Names few = test_names();
  std::erase_if(few.features, [](const FeatureInfo& f) { return f.name == "tenure_days"; });
  const Loaded loaded = load(node_of("actions: [{action: a, when: {}}]"), few);
  REQUIRE(loaded.playbook);
  CHECK(loaded.playbook->rules().hold_tests.size() == 3);
  CHECK(loaded.playbook->warnings() ==
        std::vector<std::string>{"new_customer is off: there is no feature tenure_days"});
}

TEST_CASE("playbook: a test by the admin replaces the built-in hold of that name") {
  const auto playbook = playbook_of(
      "hold_tasks:\n"
      "  bought_recently: {days_since_order: {below: 7}}\n"
      "  bad_nps: {seats: {below: 3}}\n");
  const auto& tests = playbook->rules().hold_tests;
  REQUIRE(tests.size() == 5);
  CHECK(tests[3].name == "bought_recently");
  CHECK(tests[3].when.clauses[0].test.below == 7);
  CHECK(tests[4].name == "bad_nps");
}

TEST_CASE("playbook: a failed example says what the rules give instead") {
  const auto playbook = playbook_of(
      "actions:\n  - {action: ask, when: {band: medium}}\n"
      "examples:\n  - {given: {band: medium}, expect: none}\n");
  const auto results = playbook->run_examples();
  REQUIRE(results.size() == 1);
  CHECK_FALSE(results[0].ok);
  CHECK(results[0].message ==
        "playbook.yaml:4: expected none, but the rules give ask (playbook.yaml:2)");
}

TEST_CASE("playbook: what cannot be meant is a warning") {
  CHECK(playbook_of("holdout: 0\nactions: [{action: a, when: {}}]")->warnings() ==
        std::vector<std::string>{"playbook.yaml:1: holdout is 0: without accounts that get no task "
                                 "nobody can ever say what the tasks did"});
  const auto held = playbook_of(
      "actions:\n  - action: rescue\n"
      "    when: {cases_escalated_open: {from: 2}}\n"
      "    task: {type: call, subject: Help}\n");
  REQUIRE(held->warnings().size() == 1);
  CHECK(held->warnings()[0] ==
        "playbook.yaml:2: rescue is shown, but its task is always held by escalated_case");
  CHECK(segment_warnings({{"active", 10}, {"dormant", 81}, {"cooling", 9}}) ==
        std::vector<std::string>{"81 % of all accounts are in segment dormant: other starts, or "
                                 "measure: days_since_touch, would tell them apart"});
  CHECK(segment_warnings({{"active", 70}, {"dormant", 30}}).empty());
  CHECK(segment_warnings({}).empty());
}

TEST_CASE("playbook: every option has a help text and a default that its table accepts") {
  for (const Setting& setting : playbook_table().settings) {
    INFO(setting.name);
    CHECK(std::string(setting.help).size() > 20);
  }
  CHECK(check(Node{}, playbook_table()).empty());
}

// tests/golden/playbooks/NAME.yaml gives exactly the messages under "NAME:" in messages.txt.
TEST_CASE("playbook: each bad playbook gives exactly its messages") {
  std::istringstream table(golden("playbooks/messages.txt"));
  std::map<std::string, std::string> expected;
  std::string line, name;
  while (std::getline(table, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      name = line.substr(0, line.size() - 1);
      expected[name];
    } else {
      expected[name] += line.substr(2) + "\n";
    }
  }
  const std::string folder = std::string(UPSELLD_SOURCE_DIR) + "/tests/golden/playbooks";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const std::string stem = entry.path().stem().string();
    INFO(stem);
    CHECK(errors_of(text_of_file(entry.path().string()), stem + ".yaml") == expected[stem]);
  }
  CHECK(files == expected.size());
  CHECK(files >= 30);
}
