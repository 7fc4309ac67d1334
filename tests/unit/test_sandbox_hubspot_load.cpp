// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "sandbox/generate.h"
#include "sandbox/hubspot/load.h"
#include "tests/unit/hubspot_account.h"

namespace upselld::sandbox::hubspot {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "upselld_hubspot_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Of those behind the header that contain `part`.
std::size_t rows_of(const std::string& path, const std::string& part = {}) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  std::size_t rows = 0;
  while (std::getline(in, line)) rows += line.find(part) != std::string::npos ? 1 : 0;
  return rows;
}

void generate_into(const Folder& folder) {
  GenerateOptions options;
  options.accounts = 30;
  options.months = 12;
  options.seed = 3;
  options.out = folder.path();
  REQUIRE(generate(options));
}

}  // namespace

TEST_CASE("sandbox hubspot: a generated history becomes records that belong together") {
  const Folder folder;
  generate_into(folder);
  TestAccount account;
  const auto loaded = load_generated(account.service.portal, folder.path());
  REQUIRE(loaded);
  CHECK(loaded->at("companies") == 30);
  CHECK(loaded->at("deals") == static_cast<std::int64_t>(rows_of(folder.path() + "/orders.csv")));
  CHECK(loaded->at("line_items") ==
        static_cast<std::int64_t>(rows_of(folder.path() + "/order_lines.csv")));
  const Json state = account.look("state");
  double won = 0, lines = 0;
  for (const Json& deal : state["deals"]) {
    CHECK(deal["associations"]["companies"].size() == 1);
    const Json& properties = deal["properties"];
    if (properties["hs_is_closed_won"] == "true") {
      won += std::stod(properties["amount_in_home_currency"].get<std::string>());
    }
  }
  for (const Json& company : state["companies"]) {
    lines += std::stod(company["properties"]["total_revenue"].get<std::string>());
  }
  CHECK(won > 0);
  CHECK(lines == Approx(won));
  std::size_t versions = 0;
  const Said all =
      account.get("/crm/objects/2026-09/companies?limit=50&propertiesWithHistory=plan");
  for (const Json& company : all.body["results"]) {
    versions += company["propertiesWithHistory"]["plan"].size();
  }
  CHECK(versions == rows_of(folder.path() + "/changes.csv", ",plan,"));
}

TEST_CASE("sandbox hubspot: a history that does not fit is named by file and line") {
  const Folder folder;
  generate_into(folder);
  std::ofstream(folder.path() + "/contacts.csv", std::ios::app)
      << "con-x,nobody,user,yes,yes,yes,yes,\n";
  TestAccount account;
  const auto loaded = load_generated(account.service.portal, folder.path());
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().kind == ErrorKind::invalid_config);
  CHECK(loaded.error().message.find("contacts.csv:") != std::string::npos);
  CHECK(loaded.error().message.find("no companies nobody") != std::string::npos);
}

}  // namespace upselld::sandbox::hubspot
