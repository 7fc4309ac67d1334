// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

// Of the rows with that account.
std::string cell_of(const DemoCrm& crm, const std::string& file, const std::string& account,
                    const std::string& column) {
  for (const CsvRow& row : csv_rows(crm.folder().read(file))) {
    if (row.at("account") == account) return row.at(column);
  }
  FAIL(file << " has no row of " << account);
  return {};
}

// One that has values and an open task of ours.
std::string account_with_task(const DemoCrm& crm) {
  return csv_rows(crm.folder().read("out/tasks.csv")).front().at("account");
}

bool is_known(const DemoCrm& crm, const std::string& account) {
  return crm.upselld({"explain", account}).code == 0;
}

}  // namespace

TEST_CASE("forget: refuses while ours stands where it may not write, unless told to leave it") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string account = account_with_task(crm);
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: nothing");
  const Ended refused = crm.upselld({"forget", account});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("set `write: fields_and_tasks` for this") != std::string::npos);
  CHECK(refused.out.find("is forgotten") == std::string::npos);
  CHECK(is_known(crm, account));

  crm.edit("demo.yaml", "write: nothing", "write: fields");
  CHECK(crm.upselld({"forget", account}).code == 2);
  CHECK(is_known(crm, account));

  crm.edit("demo.yaml", "write: fields", "write: nothing");
  const Ended left = crm.upselld({"forget", "--leave-crm", account});
  INFO(left.err);
  REQUIRE(left.code == 0);
  CHECK(left.out.find("was left there") != std::string::npos);
  CHECK(left.out.find("withdrawn") == std::string::npos);
  CHECK(cell_of(crm, "out/tasks.csv", account, "status") == "open");
  CHECK_FALSE(is_known(crm, account));
}

TEST_CASE("forget: goes on without the CRM where nothing was written") {
  const DemoCrm crm;
  crm.edit("demo.yaml", "write: fields_and_tasks", "write: nothing");
  crm.answer({"sync"});
  const std::string account = crm.answer({"accounts"}).at("accounts").at(0).at("account");
  const Ended forgotten = crm.upselld({"forget", account});
  INFO(forgotten.err);
  REQUIRE(forgotten.code == 0);
  CHECK(forgotten.out.find("emptied") == std::string::npos);
  CHECK(forgotten.out.find("withdrawn") == std::string::npos);
  CHECK_FALSE(is_known(crm, account));
}

TEST_CASE("forget: writes nothing while writing is paused") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string account = account_with_task(crm);
  REQUIRE(crm.upselld({"pause"}).code == 0);
  const Ended refused = crm.upselld({"forget", account});
  CHECK(refused.code == 2);
  CHECK(refused.err.find("go on first, with: upselld resume") != std::string::npos);
  CHECK(cell_of(crm, "out/tasks.csv", account, "status") == "open");
  CHECK(is_known(crm, account));
  REQUIRE(crm.upselld({"resume"}).code == 0);
  const Ended forgotten = crm.upselld({"forget", account});
  REQUIRE(forgotten.code == 0);
  CHECK(forgotten.out.find("fields emptied, 1 task withdrawn, records") != std::string::npos);
}

TEST_CASE("forget: a backup that is restored later forgets as well") {
  const DemoCrm crm;
  crm.answer({"sync"});
  const std::string account = account_with_task(crm);
  REQUIRE(crm.upselld({"backup", "old.db"}).code == 0);
  REQUIRE(crm.upselld({"forget", account}).code == 0);
  const Ended restored = crm.upselld({"restore", "old.db"});
  INFO(restored.err);
  REQUIRE(restored.code == 0);
  CHECK(restored.out.find("1 account that had been forgotten since was forgotten in it as well") !=
        std::string::npos);
  CHECK_FALSE(is_known(crm, account));
  CHECK(crm.answer({"audit", "verify"}).at("valid") == true);
  REQUIRE(crm.upselld({"resume"}).code == 0);
  crm.answer({"sync", "--full"}, DemoCrm::kTomorrow);
  CHECK(crm.upselld({"explain", account}, DemoCrm::kTomorrow).code == 1);
  CHECK(cell_of(crm, "out/scores.csv", account, "band").empty());
  CHECK(cell_of(crm, "out/tasks.csv", account, "status") == "withdrawn");
}

TEST_CASE("forget: a damaged store does not stand in the way of a restore, and is told about") {
  const DemoCrm crm;
  crm.answer({"sync", "--pull-only"});
  REQUIRE(crm.upselld({"backup", "old.db"}).code == 0);
  crm.folder().write("demo.state/upselld.db", std::string(9000, 'x'));
  const Ended restored = crm.upselld({"restore", "old.db"});
  INFO(restored.err);
  REQUIRE(restored.code == 0);
  CHECK(restored.out.find("repeat each `upselld forget` since the backup") != std::string::npos);
}

}  // namespace upselld::e2e
