// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

constexpr const char* kLinesOnly =
    "connections:\n  shop: {plugin: files, order_lines: {path: orders.csv}}\n";
constexpr const char* kHeader = "account,order,at,product,quantity,unit_price\n";

Ended in_folder(const Folder& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"--config", folder.path("upselld.yaml"), "--as-of", "2026-11-02"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, folder.path());
}

bool says(const Ended& ended, const std::string& text) {
  return ended.err.find(text) != std::string::npos || ended.out.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("an unknown key is named with file, line and the nearest known key") {
  const DemoCrm crm({.accounts = 20, .months = 4});
  crm.edit("demo.yaml", "stop_when:", "stop_wen:");
  const Ended ended = crm.upselld({"sync"});
  INFO(ended.err);
  CHECK(ended.code == 2);
  CHECK(says(ended, "demo.yaml:"));
  CHECK(says(ended, "stop_wen"));
  CHECK(says(ended, "stop_when"));
}

TEST_CASE(
    "a wrong hour for tasks and a join by nothing are told with their line, before any work") {
  const DemoCrm crm({60, 8, 3});
  crm.edit("demo.yaml", "by: customer_no", "by: customer_nr");
  const auto join = crm.upselld({"sync"});
  CHECK(join.code == 2);
  CHECK(join.err.find("demo.yaml:") != std::string::npos);
  CHECK(join.err.find("crm maps no attribute customer_nr; did you mean customer_no?") !=
        std::string::npos);
  crm.edit("demo.yaml", "by: customer_nr", "by: customer_no");
  crm.edit("demo-playbook.yaml", "create: weekdays at 07:00", "create: at seven");
  const auto hour = crm.upselld({"check"});
  CHECK(hour.code == 2);
  CHECK((hour.out + hour.err).find("demo-playbook.yaml:") != std::string::npos);
  CHECK((hour.out + hour.err).find("tasks: create") != std::string::npos);
  CHECK_FALSE(crm.folder().has("demo.state/upselld.db"));
}

TEST_CASE("an attribute that we wrote ourselves is refused, whatever it is called here") {
  const DemoCrm crm({60, 8, 3});
  crm.edit("demo.yaml", "customer_no: {column:",
           "mood: {column: Upselld_Score__c}\n        customer_no: {column:");
  const auto files = crm.upselld({"check", "--offline"});
  INFO(files.out << files.err);
  CHECK(files.code == 2);
  CHECK(says(files, "attribute mood: Upselld_Score__c is a field that upselld makes"));

  const Folder folder;
  std::ifstream example(UPSELLD_SOURCE_DIR "/config/examples/salesforce.yaml");
  std::string text{std::istreambuf_iterator<char>(example), {}};
  const std::size_t at = text.find("    attributes:\n");
  REQUIRE(at != std::string::npos);
  text.insert(text.find('\n', at) + 1, "      mood: upselld_Score__c\n");
  std::ofstream(folder.path("upselld.yaml")) << text;
  const auto salesforce = run(UPSELLD_PROGRAM, {"check", "--offline"}, folder.path());
  INFO(salesforce.out << salesforce.err);
  CHECK(salesforce.code == 2);
  CHECK(says(salesforce, "attribute mood: upselld_Score__c is a field that upselld makes"));
}

TEST_CASE("an added feature that means nothing is told with its line, another is learnt from") {
  const DemoCrm crm({60, 8, 3});
  const std::string money = "money: {cost_of_contact: 40, margin: 70%}";
  crm.edit("demo.yaml", money, "features: {learn: [pricing_visit_cuont_14d]}");
  const auto wrong = crm.upselld({"check"});
  INFO(wrong.out << wrong.err);
  CHECK(wrong.code == 2);
  CHECK(says(wrong, "unknown feature \"pricing_visit_cuont_14d\"; did you mean"));
  CHECK(says(wrong, "demo.yaml:"));
  crm.edit("demo.yaml", "cuont_14d]}", "count_14d], sentences: {order_cuont: \"{value}\"}}");
  const auto sentence = crm.upselld({"check"});
  CHECK(sentence.code == 2);
  CHECK(says(sentence, "unknown feature \"order_cuont\""));
  crm.edit("demo.yaml", "order_cuont", "order_count");
  crm.answer({"sync", "--pull-only"});
  const auto listed = crm.answer({"features"});
  bool is_learnt = false;
  for (const auto& feature : listed.at("features")) {
    is_learnt |= feature.at("name") == "pricing_visit_count_14d" && feature.at("in_model");
  }
  CHECK(is_learnt);
}

TEST_CASE("a command that does not exist is named with the nearest one that does") {
  const Folder folder;
  const Ended ended = in_folder(folder, {"snyc"});
  CHECK(ended.code == 2);
  CHECK(says(ended, "there is no command snyc; did you mean sync?"));
}

TEST_CASE("a missing settings file is a usage error that names it") {
  const Folder folder;
  const Ended ended =
      run(UPSELLD_PROGRAM, {"--config", folder.path("none.yaml"), "sync"}, folder.path());
  CHECK(ended.code == 2);
  CHECK(says(ended, "none.yaml"));
}

TEST_CASE("a missing file and a missing column are told with their names") {
  const Folder folder;
  folder.write("upselld.yaml", kLinesOnly);
  Ended ended = in_folder(folder, {"sync"});
  INFO(ended.err);
  CHECK((ended.code == 1 || ended.code == 2));
  CHECK(says(ended, "orders.csv"));
  folder.write("orders.csv", "acount,order,at,product,quantity,unit_price\nA,1,2026-01-01,P,1,2\n");
  ended = in_folder(folder, {"sync"});
  INFO(ended.err);
  CHECK((ended.code == 1 || ended.code == 2));
  CHECK(says(ended, "account"));
}

TEST_CASE("no rows, one account and too little history end well and say what is missing") {
  const Folder folder;
  folder.write("upselld.yaml", kLinesOnly);
  folder.write("orders.csv", kHeader);
  Ended ended = in_folder(folder, {"--json", "sync"});
  INFO(ended.err);
  CHECK((ended.code == 0 || ended.code == 3));
  CHECK(ended.json().at("accounts") == 0);
  folder.write("orders.csv", std::string(kHeader) + "A,1,2026-01-05,P,1,2.50\n");
  ended = in_folder(folder, {"--json", "sync"});
  INFO(ended.err);
  CHECK((ended.code == 0 || ended.code == 3));
  CHECK(ended.json().at("accounts") == 1);
  CHECK(ended.json().at("scored").get<int>() + ended.json().at("not_scored").size() >= 1);
}

TEST_CASE("garbage rows are counted and left out, the others are taken") {
  const Folder folder;
  folder.write("upselld.yaml", kLinesOnly);
  std::string rows = kHeader;
  for (int i = 0; i < 4000; ++i) {
    rows += "A" + std::to_string(i % 40) + "," + std::to_string(i) + ",2026-0" +
            std::to_string(1 + i % 9) + "-11,P,1,10\n";
  }
  rows +=
      "A1,x1,0001-01-01,P,1,10\nA2,x2,not a date,P,1,10\nA3,x3\n\xff\xfe,x4,2026-01-01,P,1,10\n";
  rows += "A4,x5,2026-01-01," + std::string(1 << 20, 'p') + ",1,10\n";
  folder.write("orders.csv", rows);
  const Ended ended = in_folder(folder, {"--json", "sync"});
  INFO(ended.err);
  CHECK((ended.code == 0 || ended.code == 3));
  CHECK(ended.json().at("accounts") == 40);
}

TEST_CASE("a damaged database is refused and not overwritten") {
  const DemoCrm crm({.accounts = 40, .months = 6});
  crm.answer({"sync"});
  namespace fs = std::filesystem;
  std::string database;
  for (const auto& entry : fs::directory_iterator(crm.folder().path("demo.state"))) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".db") || name.ends_with(".sqlite")) database = "demo.state/" + name;
    if (name.ends_with("-wal") || name.ends_with("-shm")) fs::remove(entry.path());
  }
  REQUIRE_FALSE(database.empty());
  std::string bytes = crm.folder().read(database);
  bytes.replace(0, std::min<std::size_t>(bytes.size(), 4096), 4096, 'x');
  crm.folder().write(database, bytes);
  const Ended ended = crm.upselld({"sync"});
  INFO(ended.err);
  CHECK(ended.code == 1);
  CHECK(says(ended, "demo.state"));
  CHECK(crm.folder().read(database) == bytes);
}

TEST_CASE("a joined file that is cut off is told by the exit code, and the accounts go on") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string visits = crm.folder().read("data/web_visits.csv.gz");
  crm.folder().write("data/web_visits.csv.gz", visits.substr(0, visits.size() / 2));
  const Ended ended = crm.upselld({"sync", "--full"});
  CHECK(ended.code == 3);
  CHECK(ended.out.find("web_visits.csv.gz: damaged gzip data") != std::string::npos);
  CHECK(ended.out.find("the other connections went on") != std::string::npos);
  CHECK(csv_rows(crm.folder().read("out/scores.csv")).size() == 300);
}

}  // namespace upselld::e2e
