// SPDX-License-Identifier: Apache-2.0
#include "store/models.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

ModelInfo model(const std::string& version, const std::string& connection = "crm") {
  ModelInfo made;
  made.connection = connection;
  made.version = version;
  made.trained_at = kNoon;
  made.as_of = kNoon - days(1);
  made.run = "r1";
  made.card = "{\"learner\":\"line\"}";
  made.report = "{}";
  return made;
}

const std::vector<ModelFile> kFiles = {{"trees.json", "{\"trees\":[]}"},
                                       {"line.bin", std::string("\0\x01\xff", 3)}};

void put(LedgerFixture& ledger, Models& models, const std::string& version,
         const std::string& connection = "crm") {
  ledger.committed(
      [&](Transaction& t) { REQUIRE(models.put(t, model(version, connection), kFiles)); });
}

}  // namespace

TEST_CASE("models: files come back byte for byte") {
  LedgerFixture ledger;
  {
    Models models(ledger.database());
    put(ledger, models, "m1");
  }
  Database reopened = ledger.open();
  const Models models(reopened);
  const auto files = *models.files("crm", "m1");
  REQUIRE(files.size() == 2);
  REQUIRE(files[0].name == "line.bin");
  REQUIRE(files[0].bytes == std::string("\0\x01\xff", 3));
  REQUIRE(files[1].bytes == "{\"trees\":[]}");
  const ModelInfo info = **models.find("crm", "m1");
  REQUIRE(info.card == "{\"learner\":\"line\"}");
  REQUIRE(info.as_of == kNoon - days(1));
  REQUIRE_FALSE(info.published);
  REQUIRE(models.files("crm", "m2").error().kind == ErrorKind::not_found);
  REQUIRE_FALSE(models.find("other", "m1")->has_value());
}

TEST_CASE("models: a version names its bytes") {
  LedgerFixture ledger;
  Models models(ledger.database());
  put(ledger, models, "m1");
  put(ledger, models, "m1");
  REQUIRE(models.list("crm")->size() == 1);
  Transaction t = ledger.begin();
  std::vector<ModelFile> others = kFiles;
  others[0].bytes += " ";
  REQUIRE(models.put(t, model("m1"), others).error().kind == ErrorKind::corrupt);
  others = {kFiles[0]};
  REQUIRE(models.put(t, model("m1"), others).error().kind == ErrorKind::corrupt);
}

TEST_CASE("models: a damaged file is told with its model, its name and what to do") {
  LedgerFixture ledger;
  Models models(ledger.database());
  put(ledger, models, "m1");
  ledger.tamper("UPDATE model_files SET bytes = x'00' WHERE name = 'trees.json'");
  const auto files = models.files("crm", "m1");
  REQUIRE_FALSE(files);
  REQUIRE(files.error().kind == ErrorKind::corrupt);
  REQUIRE(files.error().message ==
          "load model m1 of crm: its file trees.json is damaged; go back with `upselld models "
          "rollback`, or train again with `upselld train`");
}

TEST_CASE("models: rolling back leads to what was live before, in the end to the rules") {
  LedgerFixture ledger;
  Models models(ledger.database());
  for (const char* version : {"m1", "m2", "m3"}) put(ledger, models, version);
  put(ledger, models, "m1", "other");
  ledger.committed([&](Transaction& t) {
    REQUIRE(models.publish(t, "crm", "m1", kNoon + days(1)));
    REQUIRE(models.publish(t, "crm", "m2", kNoon + days(2)));
    REQUIRE(models.publish(t, "crm", "m2", kNoon + days(3)));
  });
  REQUIRE(**models.published("crm") == "m2");
  REQUIRE_FALSE(models.published("other")->has_value());
  REQUIRE((*models.find("crm", "m2"))->published);
  REQUIRE_FALSE((*models.find("other", "m1"))->published);

  ledger.committed([&](Transaction& t) {
    REQUIRE(*models.rollback(t, "crm", kNoon + days(4)) == "m1");
    REQUIRE(models.publish(t, "crm", "m3", kNoon + days(5)));
    REQUIRE(*models.rollback(t, "crm", kNoon + days(6)) == "m1");
    REQUIRE(models.rollback(t, "crm", kNoon + days(7))->empty());
    REQUIRE(models.rollback(t, "crm", kNoon + days(8)).error().kind == ErrorKind::not_found);
  });
  REQUIRE_FALSE(models.published("crm")->has_value());
  REQUIRE_FALSE(models.live_at("crm", kNoon)->has_value());
  REQUIRE(**models.live_at("crm", kNoon + days(1)) == "m1");
  REQUIRE(**models.live_at("crm", kNoon + days(3)) == "m2");
  REQUIRE(**models.live_at("crm", kNoon + days(5)) == "m3");
  REQUIRE(models.history("crm")->size() == 6);
  REQUIRE(models.history("crm")->at(2).rolled_back);
  const auto listed = models.list("crm");
  for (const ModelInfo& info : *listed) REQUIRE_FALSE(info.published);
  REQUIRE(models.list("crm")->front().version == "m3");
  REQUIRE(models.list("")->size() == 4);
}

TEST_CASE("models: what was never stored is not published") {
  LedgerFixture ledger;
  Models models(ledger.database());
  Transaction t = ledger.begin();
  REQUIRE(models.publish(t, "crm", "m1", kNoon).error().kind == ErrorKind::not_found);
}

TEST_CASE("models: one that a person declined says since when, and may be published later") {
  LedgerFixture ledger;
  Models models(ledger.database());
  put(ledger, models, "m1");
  REQUIRE(models.find("crm", "m1").value()->declined_at.is_missing());
  ledger.committed([&](Transaction& t) {
    REQUIRE(models.decline(t, "crm", "m1", kNoon + days(1)));
    REQUIRE(models.decline(t, "crm", "m1", kNoon + days(2)));
    REQUIRE(models.decline(t, "crm", "m2", kNoon).error().kind == ErrorKind::not_found);
  });
  REQUIRE(models.newest("crm").value()->declined_at == kNoon + days(1));
  ledger.committed(
      [&](Transaction& t) { REQUIRE(models.publish(t, "crm", "m1", kNoon + days(3))); });
  REQUIRE(**models.published("crm") == "m1");
}
