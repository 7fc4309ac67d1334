// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

// The file with one cell of the rows that `picks` says changed.
template <typename Change>
void change_rows(const DemoCrm& crm, const std::string& file, const Change& change) {
  std::istringstream lines(crm.folder().read(file));
  std::string out, line;
  for (std::size_t number = 0; std::getline(lines, line); ++number)
    out += change(number, line) + "\n";
  crm.folder().write(file, out);
}

std::string run_of(const nlohmann::json& sync) {
  return sync.at("run_id").get<std::string>();
}

}  // namespace

TEST_CASE("an old run replays equal after refit, new rules, new categories, edits and a merge") {
  const DemoCrm crm({.accounts = 500, .months = 26, .seed = 5});
  const auto first = crm.answer({"sync"});
  const std::string run = run_of(first);
  REQUIRE(first.at("model_version") != "rules-1");

  // The oldest order of one account becomes larger; one account changes its industry to a word that
  // was never seen; one account is merged into another.
  std::string edited, renamed, loser, survivor;
  change_rows(crm, "data/orders.csv", [&](std::size_t number, const std::string& line) {
    if (number != 1) return line;
    const std::size_t account = line.find(',') + 1;
    edited = line.substr(account, line.find(',', account) - account);
    const std::size_t amount = line.find(',', line.find(',', account) + 1) + 1;
    return line.substr(0, amount) + "9" + line.substr(amount);
  });
  change_rows(crm, "data/accounts.csv", [&](std::size_t number, const std::string& line) {
    if (number == 0) return line + ",merged_into";
    const std::string id = line.substr(0, line.find(','));
    if (id == edited) return line + ",";
    if (renamed.empty()) {
      renamed = id;
      const std::size_t industry = line.find("manufacturing");
      if (industry == std::string::npos) {
        renamed.clear();
      } else {
        return line.substr(0, industry) + "moon mining" + line.substr(industry + 13) + ",";
      }
    }
    if (survivor.empty()) {
      survivor = id;
    } else if (loser.empty()) {
      loser = id;
      return line + "," + survivor;
    }
    return line + ",";
  });
  crm.edit("demo-playbook.yaml", "high: {top: 10%}", "high: {top: 15%}");
  crm.answer({"sync"}, DemoCrm::kTomorrow);
  const auto refit = crm.answer({"train"}, DemoCrm::kTomorrow);
  if (refit.at("model_version") != first.at("model_version")) {
    CHECK(crm.upselld({"models", "publish", refit.at("model_version")}).code == 0);
  }
  crm.answer({"sync"}, DemoCrm::kTomorrow);

  const auto replayed = crm.answer({"audit", "replay", run});
  CHECK(replayed.at("decisions") == 500);
  CHECK(replayed.at("different").empty());
  CHECK(replayed.at("equal") == replayed.at("decisions"));
  const auto all = crm.answer({"audit", "replay"});
  CHECK(all.at("different").empty());

  std::set<std::string> touched;
  const auto from_data = crm.answer({"audit", "replay", run, "--from-data"});
  for (const auto& one : from_data.at("different")) touched.insert(one.at("account"));
  std::set<std::string> expected = {edited, loser, survivor};
  if (!renamed.empty()) expected.insert(renamed);
  CHECK(touched == expected);
}

TEST_CASE("training twice, on one thread and on two, gives the same version and predictions") {
  const DemoCrm crm({.accounts = 400, .months = 26, .seed = 9});
  crm.answer({"sync"});
  crm.edit("demo.yaml", "currency: EUR", "currency: EUR\nthreads: 1");
  const auto one = crm.answer({"train", "--predictions", "one.csv"});
  crm.edit("demo.yaml", "threads: 1", "threads: 2");
  const auto two = crm.answer({"train", "--predictions", "two.csv"});
  CHECK(one.at("model_version") == two.at("model_version"));
  CHECK(crm.folder().read("one.csv") == crm.folder().read("two.csv"));
}

}  // namespace upselld::e2e
