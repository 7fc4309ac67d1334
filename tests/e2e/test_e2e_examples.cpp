// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

namespace fs = std::filesystem;
const fs::path kExamples = fs::path(UPSELLD_SOURCE_DIR) / "config" / "examples";
const fs::path kShared = fs::path(UPSELLD_SOURCE_DIR).parent_path() / "shared";

bool shared_is_there() {
  if (fs::exists(kShared / "data")) return true;
  std::cout << "skipped: ../shared/data is not there\n";
  return false;
}

// A copy of all examples whose data is found and whose state stays in the folder.
void copy_examples(const Folder& folder) {
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    folder.write("a/b/c/" + entry.path().filename().string(), text.str());
  }
  fs::create_directory_symlink(kShared, folder.path("shared"));
}

Ended with_example(const Folder& folder, const std::string& name, const std::string& as_of,
                   const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"--config", folder.path("a/b/c/" + name), "--as-of", as_of};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, folder.path());
}

}  // namespace

TEST_CASE("every example's settings and playbook load") {
  const Folder folder;
  copy_examples(folder);
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".yaml") || name.ends_with("-playbook.yaml")) continue;
    const Ended ended = with_example(folder, name, "2026-11-02", {"check", "--offline"});
    CAPTURE(name, ended.out, ended.err);
    // What a check of settings alone finds is a line of a file.
    CHECK(ended.out.find(".yaml:") == std::string::npos);
    CHECK(ended.err.find(".yaml:") == std::string::npos);
  }
}

TEST_CASE("the CRM examples run on their data") {
  if (!shared_is_there()) return;
  const Folder folder;
  copy_examples(folder);
  const auto maven =
      with_example(folder, "maven-crm.yaml", "2017-12-01", {"--json", "sync"}).json();
  CHECK(maven.at("accounts") == 85);
  const auto raven =
      with_example(folder, "ravenstack.yaml", "2024-12-31", {"--json", "sync"}).json();
  CHECK(raven.at("accounts") == 500);
}

TEST_CASE("the Online Retail example gives the test date, accounts and positives of the book") {
  if (!shared_is_there()) return;
  const Folder folder;
  copy_examples(folder);
  const Ended ended = with_example(folder, "online-retail.yaml", "2011-12-01", {"--json", "sync"});
  INFO(ended.err);
  CHECK((ended.code == 0 || ended.code == 3));
  const auto sync = ended.json();
  const auto& test = sync.at("train").at("test");
  CHECK(test.at("date") == "2011-10-01");
  CHECK(test.at("eligible") == 3616);
  CHECK(test.at("positives") == 928);
  CHECK(test.at("pr_auc").get<double>() > 0.5274);  // ranking by number of orders
}

}  // namespace upselld::e2e
