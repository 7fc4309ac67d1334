// SPDX-License-Identifier: Apache-2.0
#include "store/record_reader.h"

#include "store/database.h"
#include "tests/support/record_pages.h"

#include <catch2/catch.hpp>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

struct Filled {
  Filled() {
    auto opened = Database::open(dir.database(), OpenMode::create_or_upgrade);
    REQUIRE(opened);
    auto records = Records::open(*opened, small_settings());
    REQUIRE(records);
    const auto apply = [&](const Feed& feed, Page page, Instant now) {
      REQUIRE((*records)->apply(feed, std::move(page), now));
    };
    apply(accounts_feed(),
          account_page({{"A1", "Sample Works", 1, "basic", 12}, {"A2", "sample_pipes", 1}}), {100});
    apply(accounts_feed(), account_page({{"A1", "Sample Works", 2, "pro", 12}}), {200});
    apply({"web", "accounts", "", RecordKind::account, true, {}},
          account_page({{"A1", "Other", 1}}), {100});
    apply(contacts_feed(), contact_page("C1", "A1", false), {100});
    Page reps;
    RepColumns columns;
    columns.id.push_back(reps.add("R1"));
    columns.name.push_back(reps.add("Rep One"));
    reps.columns = std::move(columns);
    apply({"crm", "reps", "", RecordKind::rep, true, {}}, std::move(reps), {100});
    REQUIRE((*records)->flush());
    auto reading = Database::open(dir.database(), OpenMode::read_only);
    REQUIRE(reading);
    database = std::make_unique<Database>(std::move(*reading));
  }
  std::vector<std::string> find(const std::string& text) {
    RecordReader reader(*database, small_settings().attributes);
    std::vector<std::string> found;
    const auto hits = reader.find_account(text);
    REQUIRE(hits);
    for (const AccountHit& hit : *hits) found.push_back(hit.connection + ":" + hit.id);
    return found;
  }

  TempDir dir;
  std::unique_ptr<Database> database;
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("record reader: finds accounts by id, connection and id, name and its beginning") {
  Filled store;
  REQUIRE(store.find("A2") == Found{"crm:A2"});
  REQUIRE(store.find("A1") == Found{"crm:A1", "web:A1"});
  REQUIRE(store.find("web:A1") == Found{"web:A1"});
  REQUIRE(store.find("#2") == Found{"crm:A2"});
  REQUIRE(store.find("sample works") == Found{"crm:A1"});
  REQUIRE(store.find("sample") == Found{"crm:A1", "crm:A2"});
  REQUIRE(store.find("sample_") == Found{"crm:A2"});
  REQUIRE(store.find("%").empty());
  REQUIRE(store.find("").empty());
  REQUIRE(store.find("nothing").empty());
}

TEST_CASE("record reader: tells an account as it was known before a moment") {
  Filled store;
  RecordReader reader(*store.database, small_settings().attributes);
  const std::uint32_t number = (*reader.find_account("crm:A1"))[0].number;
  REQUIRE(reader.account_facts(number, {101})->attributes[0].text == "basic");
  REQUIRE(reader.account_facts(number, {201})->attributes[0].text == "pro");
  REQUIRE(reader.account_facts(number, {100})->attributes[0].text.empty());
  REQUIRE(reader.account_facts(number, {201})->attributes[1].number == 12);
  REQUIRE(reader.account_facts(999, {201}).error().kind == ErrorKind::not_found);
  REQUIRE(reader.survivor_of(999).value() == 0);
}

TEST_CASE("record reader: counts, contacts and reps") {
  Filled store;
  RecordReader reader(*store.database, small_settings().attributes);
  const auto counts = reader.counts();
  REQUIRE(counts);
  REQUIRE(counts->accounts == 3);
  REQUIRE(counts->contacts == 1);
  REQUIRE(counts->reps == 1);
  const auto contacts = reader.contacts_of((*reader.find_account("crm:A1"))[0].number);
  REQUIRE(contacts);
  REQUIRE(contacts->size() == 1);
  REQUIRE_FALSE((*contacts)[0].may_profile);
  REQUIRE(reader.reps("crm")->front().name == "Rep One");
  REQUIRE(reader.reps("nobody")->empty());
}
