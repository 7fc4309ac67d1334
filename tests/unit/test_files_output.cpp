// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/files_fixture.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::FilesFixture;
using tests::map;
using tests::RecordingSink;
using tests::text;
using Outcome = Receipt::Outcome;

constexpr const char* kScoresHeader =
    "account,score,band,segment,tags,next_action,top_reason,reasons,change,status,data_as_of,"
    "model_version,pause_until\n";
constexpr const char* kTasksHeader =
    "key,account,contact,owner,type,due,subject,body,status,outcome,outcome_note,score_at_"
    "creation\n";

struct Shop : FilesFixture {
  Shop() {
    folder.write("orders.csv", "id,account,placed_at\n");
    REQUIRE(make(map({{"orders", map({{"path", text("orders.csv")}})}, {"output", text("out")}})));
    std::filesystem::create_directory(folder / "out");
  }
  RecordingSink update(std::vector<FieldUpdate> batch) {
    RecordingSink sink;
    REQUIRE(connector->update_fields(batch, sink, {}));
    return sink;
  }
  RecordingSink create(std::vector<TaskDraft> batch) {
    RecordingSink sink;
    REQUIRE(connector->create_tasks(batch, sink, {}));
    return sink;
  }
  RecordingSink withdraw(const std::string& key) {
    RecordingSink sink;
    REQUIRE(connector->withdraw_tasks(std::vector<TaskWithdrawal>{{key, key, "they have bought"}},
                                      sink, {}));
    return sink;
  }
  FieldState current(const std::string& account) {
    return connector->current_fields(std::vector<std::string>{account})->at(0);
  }
  TaskState state(const std::string& key) {
    return connector->task_states(std::vector<std::string>{key})->at(0);
  }
};

FieldUpdate update(const std::string& account, const std::string& score,
                   const std::string& reasons) {
  FieldUpdate made;
  made.account = account;
  made.values[static_cast<std::size_t>(Field::score)] = score;
  made.values[static_cast<std::size_t>(Field::reasons)] = reasons;
  return made;
}

TaskDraft task(const std::string& key, const std::string& subject) {
  return {key,     "a1",          "c1",
          "r1",    "call",        *parse_instant("2026-11-24T09:00Z", "iso", TimeZone::utc()),
          subject, "- Why\nmore", "18.3"};
}

}  // namespace

TEST_CASE("files: scores are merged into what stands there and read back as written") {
  Shop shop;
  const auto first = shop.update({update("a1", "18.3", "- one\n- two"), update("a,2", "5.0", "")});
  CHECK(first.has(0, Outcome::accepted));
  CHECK(first.receipts.at(0).stored[static_cast<std::size_t>(Field::reasons)] == "- one\n- two");
  CHECK_FALSE(first.receipts.at(0).stored[static_cast<std::size_t>(Field::band)]);
  CHECK(shop.folder.read("out/scores.csv") ==
        std::string(kScoresHeader) +
            "a1,18.3,,,,,,\"'- one\n- two\",,,,,\n\"a,2\",5.0,,,,,,,,,,,\n");
  const FieldState state = shop.current("a1");
  CHECK(state.version == first.receipts.at(0).version);
  CHECK(state.values[static_cast<std::size_t>(Field::score)] == "18.3");
  CHECK(state.values[static_cast<std::size_t>(Field::reasons)] == "- one\n- two");
  CHECK_FALSE(shop.current("a,2").values[static_cast<std::size_t>(Field::reasons)]);
  CHECK(shop.current("other").exists);
  CHECK(shop.current("other").version.empty());
  struct stat status = {};
  REQUIRE(::stat((shop.folder / "out/scores.csv").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("files: columns, order and rows that people added stay as they are") {
  Shop shop;
  shop.folder.write(
      "out/scores.csv",
      "note,pause_until,account,score,band,segment,tags,next_action,top_reason,reasons,"
      "change,status,data_as_of,model_version\r\n"
      "\"call, later\",2026-12-01,a1,1.0,High,,,,,,,,,\r\n"
      "hand made,,zz,,,,,,,,,,,\r\n");
  const auto sink = shop.update({update("a1", "2.0", "x"), update("a3", "3.0", "y")});
  CHECK(sink.has(1, Outcome::accepted));
  CHECK(shop.folder.read("out/scores.csv") ==
        "note,pause_until,account,score,band,segment,tags,next_action,top_reason,reasons,"
        "change,status,data_as_of,model_version\n"
        "\"call, later\",2026-12-01,a1,2.0,High,,,,,x,,,,\n"
        "hand made,,zz,,,,,,,,,,,\r\n"
        ",,a3,3.0,,,,,,y,,,,\n");
  CHECK(shop.current("a1").values[static_cast<std::size_t>(Field::pause_until)] == "2026-12-01");
}

TEST_CASE("files: writing the same again changes no byte") {
  Shop shop;
  const auto first = shop.update({update("a1", "18.3", "x")});
  const std::string bytes = shop.folder.read("out/scores.csv");
  const auto second = shop.update({update("a1", "18.3", "x")});
  CHECK(shop.folder.read("out/scores.csv") == bytes);
  CHECK(second.receipts.at(0).version == first.receipts.at(0).version);
}

TEST_CASE("files: an output file that another program broke is never written over") {
  Shop shop;
  for (const std::string bytes :
       {"a;b\n1;2\n", "account,score\na1,2\n", "", "\xff\xfe",
        "account,score,band,segment,tags,next_action,top_reason,reasons,change,"
        "status,data_as_of,model_version,pause_until\na1,2\n"}) {
    shop.folder.write("out/scores.csv", bytes);
    RecordingSink sink;
    const auto done =
        shop.connector->update_fields(std::vector<FieldUpdate>{update("a1", "1", "")}, sink, {});
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == ErrorKind::corrupt);
    CHECK(done.error().message.find("it is not overwritten") != std::string::npos);
    CHECK(shop.folder.read("out/scores.csv") == bytes);
    CHECK(sink.receipts.empty());
    CHECK_FALSE(shop.connector->current_fields(std::vector<std::string>{"a1"}));
  }
}

TEST_CASE("files: an output folder that is not there is made, a file in its place is an error") {
  Shop shop;
  std::filesystem::remove_all(shop.folder / "out");
  CHECK(shop.create({task("k1", "s")}).has(0, Outcome::accepted));
  std::filesystem::remove_all(shop.folder / "out");
  shop.folder.write("out", "no folder");
  RecordingSink sink;
  const auto done = shop.connector->create_tasks(std::vector<TaskDraft>{task("k2", "s")}, sink, {});
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == ErrorKind::io);
  CHECK(sink.receipts.empty());
}

TEST_CASE("files: a task is created once, whatever is asked") {
  Shop shop;
  const auto first =
      shop.create({task("k1", "=HYPERLINK"), task("k2", "plain"), task("k1", "again")});
  CHECK(first.has(0, Outcome::accepted));
  CHECK(first.has(1, Outcome::accepted));
  CHECK(first.has(2, Outcome::already_there));
  CHECK(shop.create({task("k2", "other")}).has(0, Outcome::already_there));
  CHECK(shop.folder.read("out/tasks.csv") ==
        std::string(kTasksHeader) +
            "k1,a1,c1,r1,call,2026-11-24T09:00:00Z,'=HYPERLINK,\"'- Why\nmore\",open,,,18.3\n"
            "k2,a1,c1,r1,call,2026-11-24T09:00:00Z,plain,\"'- Why\nmore\",open,,,18.3\n");
  const auto found = shop.connector->find_tasks(std::vector<std::string>{"k2", "k9", "k1"});
  REQUIRE(found->size() == 2);
  CHECK(found->at(0).crm_id == "k2");
}

TEST_CASE("files: outcomes that people wrote are read back") {
  Shop shop;
  shop.create({task("k1", "s"), task("k2", "s"), task("k3", "s")});
  std::string bytes = shop.folder.read("out/tasks.csv");
  const auto replace = [&](const std::string& key, const std::string& to) {
    const std::size_t at = bytes.find("open,,,", bytes.find("\n" + key + ",") + 1);
    bytes.replace(at, 7, to);
  };
  replace("k1", "done,Customer declined,too dear,");
  replace("k2", "open,Not now,,");
  shop.folder.write("out/tasks.csv", bytes.substr(0, bytes.find("\nk3,") + 1));
  CHECK(shop.state("k1").status == TaskState::Status::done);
  CHECK(shop.state("k1").outcome == "declined");
  CHECK(shop.state("k1").note == "too dear");
  CHECK(shop.state("k2").status == TaskState::Status::done);
  CHECK(shop.state("k2").outcome == "not_now");
  CHECK(shop.state("k3").status == TaskState::Status::deleted);
}

TEST_CASE("files: only a task that nobody touched is withdrawn") {
  Shop shop;
  shop.create({task("k1", "s"), task("k2", "s"), task("k3", "s")});
  std::string bytes = shop.folder.read("out/tasks.csv");
  bytes.replace(bytes.find(",s,", bytes.find("\nk2,")), 3, ",my own words,");
  shop.folder.write("out/tasks.csv", bytes);
  CHECK(shop.withdraw("k1").has(0, Outcome::accepted));
  CHECK(shop.withdraw("k1").has(0, Outcome::already_there));
  CHECK(shop.withdraw("k2").has(0, Outcome::already_there));
  CHECK(shop.withdraw("k9").has(0, Outcome::already_there));
  CHECK(shop.state("k1").status == TaskState::Status::withdrawn);
  CHECK(shop.state("k2").status == TaskState::Status::open);
  CHECK(shop.folder.read("out/tasks.csv")
            .find("- Why\nmore\nWithdrawn: they have bought\",withdrawn,,,18.3") !=
        std::string::npos);
}
