// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/contract/subjects.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::make_subject;
using tests::RecordingSink;
using tests::Subject;
using Outcome = Receipt::Outcome;

std::size_t place(Field field) {
  return static_cast<std::size_t>(field);
}

FieldUpdate update(const std::string& account, const std::string& score) {
  FieldUpdate made;
  made.account = account;
  made.values[place(Field::score)] = score;
  made.values[place(Field::reasons)] = "- first\n=second \"quoted\"";
  made.values[place(Field::tags)] = "";
  return made;
}

TaskDraft task(const Subject& subject, const std::string& key) {
  return {key,    subject.id("a1"),           subject.id("c1"), subject.id("r1"),
          "call", Instant{1'795'500'000'000}, "subject",        "body",
          "18.3"};
}

// What a pipeline knows after one try: nothing about items without an answer or with `unknown`.
bool is_known(const RecordingSink& sink, std::size_t index) {
  return sink.outcome(index) >= 0 && !sink.has(index, Outcome::unknown);
}

TaskState state_of(Connector& connector, const std::string& key) {
  const auto states = connector.task_states(std::vector<std::string>{key});
  REQUIRE(states);
  REQUIRE(states->size() == 1);
  return states->at(0);
}

// Creates tasks as the pipeline does: an unknown one is looked for before it is sent again.
void create_surely(const Subject& subject, Connector& connector,
                   const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    for (int attempt = 0; attempt < 3; ++attempt) {
      RecordingSink sink;
      const auto sent =
          connector.create_tasks(std::vector<TaskDraft>{task(subject, key)}, sink, {});
      REQUIRE(sent);
      if (is_known(sink, 0)) break;
      if (connector.find_tasks(std::vector<std::string>{key})->size() == 1) break;
    }
  }
}

}  // namespace

TEST_CASE("contract: what is written stands there, whatever was answered") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const std::vector<std::string> accounts = {subject->id("a1"), subject->id("a2"),
                                             subject->id("a3")};
  std::vector<FieldUpdate> batch;
  for (const std::string& account : accounts) batch.push_back(update(account, "18.3"));
  RecordingSink sink;
  const auto sent = connector->update_fields(batch, sink, {});
  CHECK(sink.repeated == 0);
  if (sent) CHECK(sink.receipts.size() == batch.size());
  if (!sent) CHECK(sent.error().kind == ErrorKind::timed_out);
  const auto states = subject->connect()->current_fields(accounts);
  REQUIRE(states);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const FieldState& state = states->at(i);
    CHECK(state.account == accounts[i]);
    CHECK(state.exists);
    if (!is_known(sink, i)) continue;
    REQUIRE(sink.has(i, Outcome::accepted));
    const Receipt& receipt = sink.receipts.at(i);
    CHECK(state.version == receipt.version);
    for (const Field field : {Field::score, Field::reasons, Field::tags}) {
      CHECK(state.values[place(field)].value_or("") == receipt.stored[place(field)].value_or("?"));
    }
    CHECK(state.values[place(Field::score)] == "18.3");
    CHECK_FALSE(state.values[place(Field::band)]);
  }
}

TEST_CASE("contract: a value that people changed is what is read") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const std::string a2 = subject->id("a2");
  RecordingSink sink;
  REQUIRE(subject->connect()->update_fields(std::vector<FieldUpdate>{update(a2, "5.0")}, sink, {}));
  const auto before = subject->connect()->current_fields(std::vector<std::string>{a2});
  subject->edit_field(a2, Field::score, "99.0");
  const auto after = subject->connect()->current_fields(std::vector<std::string>{a2});
  CHECK(after->at(0).values[place(Field::score)] == "99.0");
  CHECK(after->at(0).values[place(Field::reasons)] == before->at(0).values[place(Field::reasons)]);
  CHECK(after->at(0).version != before->at(0).version);
}

TEST_CASE("contract: a task is there once, however often it is asked for") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const std::vector<std::string> keys = {"k1", "k2", "k3"};
  create_surely(*subject, *connector, keys);
  RecordingSink again;
  static_cast<void>(subject->connect()->create_tasks(
      std::vector<TaskDraft>{task(*subject, "k3"), task(*subject, "k1"), task(*subject, "k2")},
      again, {}));
  for (const auto& [index, receipt] : again.receipts) {
    if (is_known(again, index)) CHECK(receipt.outcome == Outcome::already_there);
  }
  const std::vector<std::string> asked = {"k3", "never", "k1"};
  const auto found = subject->connect()->find_tasks(asked);
  REQUIRE(found);
  CHECK(found->size() == 2);
  for (const std::string& key : keys) {
    CHECK(state_of(*subject->connect(), key).status == TaskState::Status::open);
  }
}

TEST_CASE("contract: outcomes come back, a deleted task is told as such") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  create_surely(*subject, *subject->connect(), {"k1", "k2"});
  subject->close_task("k1", "Wrong suggestion");
  subject->delete_task("k2");
  const auto connector = subject->connect();
  CHECK(state_of(*connector, "k1").status == TaskState::Status::done);
  CHECK(state_of(*connector, "k1").outcome == "wrong_suggestion");
  CHECK(state_of(*connector, "k2").status == TaskState::Status::deleted);
  // In files a row that was removed is gone, as if it had never been written.
  const std::size_t taken = name == "files" ? 0 : 1;
  CHECK(connector->find_tasks(std::vector<std::string>{"k2", "never"})->size() == taken);
}

TEST_CASE("contract: a withdrawal closes what nobody touched and nothing else") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  create_surely(*subject, *subject->connect(), {"k1", "k2"});
  subject->close_task("k2", "Not now");
  const auto connector = subject->connect();
  std::map<std::string, Outcome> outcomes;
  for (const std::string key : {"k1", "k2"}) {
    RecordingSink sink;
    REQUIRE(connector->withdraw_tasks(std::vector<TaskWithdrawal>{{key, "", "bought"}}, sink, {}));
    REQUIRE(sink.receipts.size() == 1);
    outcomes[key] = sink.receipts.at(0).outcome;
  }
  CHECK(outcomes["k1"] == Outcome::accepted);
  CHECK(outcomes["k2"] == Outcome::already_there);
  CHECK(state_of(*connector, "k1").status == TaskState::Status::withdrawn);
  CHECK(state_of(*connector, "k2").outcome == "not_now");
}

TEST_CASE("contract: an empty batch is done at once") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  RecordingSink sink;
  CHECK(connector->update_fields({}, sink, {}));
  CHECK(connector->create_tasks({}, sink, {}));
  CHECK(connector->withdraw_tasks({}, sink, {}));
  CHECK(connector->current_fields({})->empty());
  CHECK(connector->find_tasks({})->empty());
  CHECK(connector->task_states({})->empty());
  CHECK(sink.receipts.empty());
  CHECK(connector->probe());
}
