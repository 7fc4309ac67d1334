// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/our_tasks.h"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/support/fake_host.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;
using upselld::tests::RecordingSink;
using Fate = TaskAnswer::Fate;
using Outcome = Receipt::Outcome;

Receipt refused() {
  return rejected({"NO", "not so", ""});
}

// A CRM whose every answer a test decides.
class Tasks final : public OurTasks {
 public:
  explicit Tasks(Host& host) : OurTasks(host) {}

  StandingTasks standing;
  bool is_all = true, may_look = true;
  std::vector<TaskAnswer> answers;  // to the next that are sent
  std::optional<Error> lost;        // instead of them
  StandingTasks arrives;            // while it is sent
  int looks_left = -1;              // below 0: any number
  std::vector<std::string> sent;
  StandingTasks by_id;
  bool is_late = false;                       // looks by key
  std::function<void()> before_look = [] {};  // what people do meanwhile

 private:
  Result<StandingTasks> look_up(std::span<const std::string>, Look) override {
    before_look();
    if (!may_look || looks_left-- == 0) return Error{ErrorKind::unavailable, "no look", {}};
    return standing;
  }
  bool looks_lag() const override { return is_late; }
  Result<StandingTasks> look_up_ids(std::span<const std::string> ids) override {
    StandingTasks found;
    for (const std::string& id : ids) found[id] = by_id[id];
    return found;
  }
  Result<bool> finds_all() override { return is_all; }
  Result<void> check_key() override { return {}; }
  Result<void> learn_owners(std::span<const TaskDraft>) override { return {}; }
  std::span<const Attempt> attempts() const override {
    static constexpr Attempt kTwice[] = {{2, {}}, {2, seconds(3)}};
    return kTwice;
  }
  Result<TaskRecord> record_of(const TaskDraft& task, bool is_for_fallback) override {
    return TaskRecord{task.key + (is_for_fallback ? " for fallback" : ""), std::nullopt};
  }
  Result<std::vector<TaskAnswer>> send_new(std::span<const TaskDraft>,
                                           const std::vector<std::string>& records,
                                           Duration) override {
    sent.insert(sent.end(), records.begin(), records.end());
    standing.merge(arrives);
    if (lost) return *lost;
    return taken(records.size());
  }
  Result<Receipt> doubled_unseen(const TaskDraft&, const TaskAnswer& answer) override {
    return answer.receipt;
  }
  std::size_t closings_max() const override { return 2; }
  Result<std::vector<TaskAnswer>> send_closings(std::span<const TaskClosing> tasks) override {
    for (const TaskClosing& closing : tasks) sent.push_back(closing.task.id);
    return taken(tasks.size());
  }
  std::vector<TaskAnswer> taken(std::size_t count) {
    std::vector<TaskAnswer> now(answers.begin(), answers.begin() + static_cast<long>(count));
    answers.erase(answers.begin(), answers.begin() + static_cast<long>(count));
    return now;
  }
};

struct Office {
  tests::TempFolder folder;
  tests::FakeHost host{folder.path()};
  Tasks tasks{host};
  RecordingSink sink;

  void create(const std::vector<std::string>& keys) {
    std::vector<TaskDraft> batch(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) batch[i].key = keys[i];
    CHECK(tasks.create(batch, sink));
  }
};

StandingTask with_id(const std::string& id) {
  StandingTask task;
  task.id = id;
  return task;
}

}  // namespace

TEST_CASE("our tasks: what stands, deleted or not, is not made again") {
  Office office;
  StandingTask deleted = with_id("T1");
  deleted.is_deleted = true;
  office.tasks.standing = {{"a", deleted}};
  office.tasks.answers = {{Fate::done, "T2"}};
  office.create({"a", "b"});
  CHECK(office.tasks.sent == std::vector<std::string>{"b"});
  CHECK(office.sink.has(0, Outcome::already_there));
  CHECK(office.sink.receipts.at(0).crm_id == "T1");
  CHECK(office.sink.has(1, Outcome::accepted));
}

TEST_CASE("our tasks: of a lost answer only what a look finds was made; the rest is unknown") {
  Office office;
  office.tasks.lost = Error{ErrorKind::timed_out, "no answer", {}};
  office.tasks.arrives = {{"a", with_id("T1")}};
  office.create({"a", "b"});
  CHECK(office.tasks.sent.size() == 2);
  CHECK(office.sink.has(0, Outcome::accepted));
  CHECK(office.sink.has(1, Outcome::unknown));
}

TEST_CASE("our tasks: each answer has its own end") {
  Office office;
  office.tasks.answers = {{Fate::unsaid},
                          {Fate::doubled, "", refused()},
                          {Fate::again, "", refused()},
                          {Fate::no_owner, "", refused()},
                          {Fate::settled, "", refused()},
                          {Fate::done, "T6"},
                          // The second attempt.
                          {Fate::again, "", refused()},
                          {Fate::no_owner, "", refused()}};
  office.tasks.arrives = {{"b", with_id("T2")}};
  office.create({"a", "b", "c", "d", "e", "f"});
  CHECK(office.sink.has(0, Outcome::unknown));
  CHECK(office.sink.has(1, Outcome::already_there));
  CHECK(office.sink.has(2, Outcome::deferred));
  CHECK(office.sink.has(3, Outcome::rejected));
  CHECK(office.sink.has(4, Outcome::rejected));
  CHECK(office.sink.has(5, Outcome::accepted));
  CHECK(office.tasks.sent ==
        std::vector<std::string>{"a", "b", "c", "d", "e", "f", "c", "d for fallback"});
}

TEST_CASE(
    "our tasks: what the CRM says is there already stays unknown where the look after it fails") {
  Office office;
  office.tasks.answers = {{Fate::doubled, "", refused()}, {Fate::done, "T2"}};
  office.tasks.looks_left = 1;
  std::vector<TaskDraft> batch(3);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].key = std::string(1, "abc"[i]);
  CHECK_FALSE(office.tasks.create(batch, office.sink));
  CHECK(office.sink.has(0, Outcome::unknown));
  CHECK(office.sink.has(1, Outcome::accepted));
  CHECK(office.sink.has(2, Outcome::deferred));
}

TEST_CASE("our tasks: only what nobody touched is closed") {
  Office office;
  StandingTask deleted = with_id("T2"), done = with_id("T3"), taken = with_id("T4");
  StandingTask answered = with_id("T5"), noted = with_id("T6");
  deleted.is_deleted = done.is_done = taken.is_taken = true;
  answered.outcome = "Not now";
  noted.note = "asked twice";
  office.tasks.standing = {{"a", with_id("T1")}, {"b", deleted},  {"c", done},
                           {"d", taken},         {"e", answered}, {"f", noted}};
  office.tasks.answers = {{Fate::done, "T1"}};
  std::vector<TaskWithdrawal> batch;
  for (const char* key : {"a", "b", "c", "d", "e", "f", "g", "a"})
    batch.push_back({key, "", "why"});
  REQUIRE(office.tasks.withdraw(batch, office.sink));
  CHECK(office.tasks.sent == std::vector<std::string>{"T1"});
  CHECK(office.sink.has(0, Outcome::accepted));
  for (std::size_t i = 1; i < batch.size(); ++i) CHECK(office.sink.has(i, Outcome::already_there));
}

TEST_CASE("our tasks: a task that no look finds is looked for by its id, then for a day") {
  Office office;
  office.tasks.is_late = true;
  office.host.fake_clock.time = Instant{1'795'348'800'000};  // 2026-11-22T12:00:00Z
  StandingTask deleted = with_id("T2");
  deleted.is_deleted = true;
  office.tasks.by_id = {{"T1", with_id("T1")}, {"T2", deleted}};
  office.tasks.answers = {{Fate::done, "T1"}};
  const std::vector<TaskWithdrawal> batch = {{"u.1.offer.2026-11-22", "T1", "why"},
                                             {"u.2.offer.2026-11-22", "T2", "why"},
                                             {"u.3.offer.2026-11-22", "", "why"},
                                             {"u.4.offer.2026-11-20", "", "why"},
                                             {"u.5.offer", "", "why"}};
  REQUIRE(office.tasks.withdraw(batch, office.sink));
  CHECK(office.tasks.sent == std::vector<std::string>{"T1"});
  CHECK(office.sink.has(0, Outcome::accepted));
  CHECK(office.sink.has(1, Outcome::already_there));
  CHECK(office.sink.has(2, Outcome::deferred));
  CHECK(office.sink.has(3, Outcome::already_there));
  CHECK(office.sink.has(4, Outcome::already_there));
}

TEST_CASE("our tasks: what a person takes while others are closed stays") {
  Office office;
  office.tasks.standing = {{"a", with_id("T1")}, {"b", with_id("T2")}, {"c", with_id("T3")}};
  office.tasks.answers = {{Fate::done, "T1"}, {Fate::done, "T2"}};
  office.tasks.before_look = [&, looks = 0]() mutable {
    if (++looks == 2) office.tasks.standing["c"].is_taken = true;
  };
  const std::vector<TaskWithdrawal> batch = {{"a", "", "why"}, {"b", "", "why"}, {"c", "", "why"}};
  REQUIRE(office.tasks.withdraw(batch, office.sink));
  CHECK(office.tasks.sent == std::vector<std::string>{"T1", "T2"});
  CHECK(office.sink.has(2, Outcome::already_there));
}

TEST_CASE("our tasks: a key that no look can find may stand all the same") {
  Office office;
  office.tasks.standing = {{"a", with_id("T1")}};
  const std::vector<std::string> keys = {"a", "b"};
  CHECK(office.tasks.find(keys)->size() == 1);
  office.tasks.is_all = false;
  const auto found = office.tasks.find(keys);
  REQUIRE(found->size() == 2);
  CHECK(found->at(0).crm_id == "T1");
  CHECK(found->at(1).crm_id.empty());
}

TEST_CASE("our tasks: a task that we closed is told from one that a rep did") {
  Office office;
  StandingTask ours = with_id("T1"), theirs = with_id("T2"), answered = with_id("T3");
  ours.is_done = theirs.is_done = true;
  ours.body = std::string("call\n") + kWithdrawn + "bought";
  answered.outcome = "Not now";
  office.tasks.standing = {{"a", ours}, {"b", theirs}, {"c", answered}, {"d", with_id("T4")}};
  const auto states = office.tasks.states(std::vector<std::string>{"a", "b", "c", "d", "e"});
  REQUIRE(states->size() == 4);
  using Status = TaskState::Status;
  const Status wanted[] = {Status::withdrawn, Status::done, Status::done, Status::open};
  for (std::size_t i = 0; i < 4; ++i) CHECK(states->at(i).status == wanted[i]);
}
