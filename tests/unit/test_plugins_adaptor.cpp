// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "plugins/adaptor.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::RecordingSink;

// Does what the test tells it to, however wrong.
struct Scripted final : Connector {
  std::function<Result<Page>()> page = [] { return Page{}; };
  std::vector<StreamInfo> listed = {{"accounts", "", RecordKind::account}};
  std::function<Result<void>(ReceiptSink&)> send = [](ReceiptSink&) { return Result<void>(); };
  std::vector<FieldState> states;
  std::vector<FoundTask> tasks;

  Result<ProbeReport> probe() override { throw std::runtime_error("no disk"); }
  Result<PrepareReport> prepare(const PrepareRequest&) override { throw 5; }
  Result<std::vector<StreamInfo>> streams() override { return listed; }
  Result<Page> pull(const StreamInfo&, Walk, const Cursor&, const PageLimits&) override {
    return page();
  }
  void settled(const StreamInfo&, const Cursor&) override { throw 5; }
  Result<std::vector<FieldState>> current_fields(std::span<const std::string>) override {
    return states;
  }
  Result<void> update_fields(std::span<const FieldUpdate>, ReceiptSink& sink,
                             const Continuation&) override {
    return send(sink);
  }
  Result<void> create_tasks(std::span<const TaskDraft>, ReceiptSink& sink,
                            const Continuation&) override {
    return send(sink);
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal>, ReceiptSink& sink,
                              const Continuation&) override {
    return send(sink);
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string>) override { return tasks; }
  Result<std::vector<TaskState>> task_states(std::span<const std::string>) override {
    return Error{ErrorKind::rate_limited, "too fast", Instant{42}};
  }
};

struct Adapted {
  Scripted* inner = new Scripted;
  std::unique_ptr<Connector> outer =
      plugins::make_checked("demo", std::unique_ptr<Connector>(inner));
  StreamInfo accounts{"accounts", "", RecordKind::account};

  std::string pull(Walk walk = Walk::changes, const Cursor& cursor = {},
                   const PageLimits& limits = {}) {
    const auto page = outer->pull(accounts, walk, cursor, limits);
    return page ? std::string() : page.error().message;
  }
  std::string send(std::size_t count) {
    RecordingSink sink;
    const auto sent = outer->update_fields(std::vector<FieldUpdate>(count), sink, {});
    return sent ? std::string() : sent.error().message;
  }
};

std::string fault(const std::string& verb, const std::string& what) {
  return "demo: " + verb + ": " + what + "; this is a fault of the plugin";
}

Page good_page() {
  Page page;
  std::get<AccountColumns>(page.columns).id.push_back(page.add("a1"));
  page.next = {"next"};
  return page;
}

}  // namespace

TEST_CASE("plugins: what a connector throws becomes an error that names plugin and verb") {
  Adapted demo;
  CHECK(demo.outer->probe().error().message == fault("probe", "it threw: no disk"));
  CHECK(demo.outer->prepare({}).error().kind == ErrorKind::corrupt);
  demo.outer->settled(demo.accounts, {});
}

TEST_CASE("plugins: an error passes with its kind and time, and says where") {
  Adapted demo;
  const auto states = demo.outer->task_states({});
  CHECK(states.error().kind == ErrorKind::rate_limited);
  CHECK(states.error().message == "demo: task_states: too fast");
  CHECK(states.error().retry_after == Instant{42});
}

TEST_CASE("plugins: a page that breaks a promise is not passed on") {
  Adapted demo;
  demo.inner->page = [] { return good_page(); };
  CHECK(demo.pull().empty());
  CHECK(demo.pull(Walk::changes, {"next"}) ==
        fault("pull accounts", "a cursor that does not move"));
  CHECK(demo.pull(Walk::sweep) == fault("pull accounts", "records in a sweep"));
  PageLimits small;
  small.records_max = 0;
  CHECK(demo.pull(Walk::changes, {}, small) == fault("pull accounts", "1 records, at most 0"));
  demo.accounts.kind = RecordKind::order;
  CHECK(demo.pull() == fault("pull accounts", "a page of account for the stream accounts"));
  demo.accounts.kind = RecordKind::account;
  const auto broken = [&](const std::function<void(Page&)>& breaks) {
    demo.inner->page = [breaks] {
      Page page = good_page();
      breaks(page);
      return page;
    };
    return demo.pull();
  };
  CHECK(broken([](Page& page) { page.next.bytes.assign(5000, 'x'); }) ==
        fault("pull accounts", "a cursor of 5000 bytes, at most 4096"));
  CHECK(broken([](Page& page) { page.replaces = true; }) ==
        fault("pull accounts", "rows replaced by place in a keyed stream"));
  CHECK(broken([](Page& page) { page.named = {"a1"}; }) ==
        fault("pull accounts", "named ids outside a sweep"));
  CHECK(broken([](Page& page) {
          page.text = "\xff\xff";
        }).find("demo: pull accounts: check page") == 0);
}

TEST_CASE("plugins: streams are named once") {
  Adapted demo;
  demo.inner->listed.push_back(demo.inner->listed[0]);
  CHECK(demo.outer->streams().error().message == fault("streams", "accounts  is listed twice"));
  demo.inner->listed = {{"", "", RecordKind::account}};
  CHECK_FALSE(demo.outer->streams());
}

TEST_CASE("plugins: each item is answered exactly once or the batch has failed") {
  Adapted demo;
  const auto answer = [](std::vector<std::size_t> indexes) {
    return [indexes](ReceiptSink& sink) {
      for (const std::size_t index : indexes) sink.answer(index, {});
      return Result<void>();
    };
  };
  demo.inner->send = answer({1, 0});
  CHECK(demo.send(2).empty());
  CHECK(demo.send(3) == fault("update_fields", "1 of 3 items were not answered"));
  CHECK(demo.send(1) == fault("update_fields", "item 1 was answered, of a batch of 1"));
  demo.inner->send = answer({0, 0});
  CHECK(demo.send(1) == fault("update_fields", "item 0 was answered twice"));
  // With an error, what was not answered is simply not known.
  demo.inner->send = [](ReceiptSink&) {
    return Result<void>(Error{ErrorKind::timed_out, "gone", {}});
  };
  CHECK(demo.send(2) == "demo: update_fields: gone");
  demo.inner->send = [](ReceiptSink& sink) {
    return sink.checkpoint({std::string(2'000'000, 'x')});
  };
  CHECK(demo.send(0) == fault("update_fields", "a continuation of 2000000 bytes, at most 1048576"));
}

TEST_CASE("plugins: answers are only about what was asked") {
  Adapted demo;
  const std::vector<std::string> asked = {"a", "b"};
  demo.inner->states = {{"b", true, "", {}}, {"a", true, "", {}}};
  CHECK_FALSE(demo.outer->current_fields(asked));
  demo.inner->states = {{"a", true, "", {}}, {"b", true, "", {}}};
  CHECK(demo.outer->current_fields(asked));
  demo.inner->tasks = {{"c", "1"}};
  CHECK(demo.outer->find_tasks(asked).error().message ==
        fault("find_tasks", "a key nobody asked for: c"));
  demo.inner->tasks = {{"a", "1"}, {"a", "2"}};
  CHECK_FALSE(demo.outer->find_tasks(asked));
  demo.inner->tasks = {{"b", "1"}, {"a", "2"}};
  CHECK(demo.outer->find_tasks(asked)->size() == 2);
}
