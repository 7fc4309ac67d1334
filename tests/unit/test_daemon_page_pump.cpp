// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/page_pump.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so

// Nobody waits here.
struct StillClock final : daemon::WaitableClock {
  Instant now() const override { return Instant{0}; }
  Duration steady() const override { return {}; }
  bool wait_until(Instant, const std::stop_token&) const override { return true; }
};

// Streams of so many pages. A negative number: the other side is gone when that page is asked for.
struct Pages final : Connector {
  std::map<std::string, int> count;

  Result<ProbeReport> probe() override { return ProbeReport{}; }
  Result<PrepareReport> prepare(const PrepareRequest&) override { return PrepareReport{}; }
  Result<std::vector<StreamInfo>> streams() override { return std::vector<StreamInfo>{}; }
  Result<Page> pull(const StreamInfo& stream, Walk, const Cursor& cursor,
                    const PageLimits&) override {
    const int number = cursor.bytes.empty() ? 1 : std::stoi(cursor.bytes) + 1;
    const int all = count.at(stream.name);
    if (number == -all) return Error{ErrorKind::unavailable, "nobody answers", {}};
    Page page;
    page.next = {std::to_string(number)};
    page.end = number == all;
    return page;
  }
  void settled(const StreamInfo&, const Cursor&) override {}
  Result<std::vector<FieldState>> current_fields(std::span<const std::string>) override {
    return std::vector<FieldState>{};
  }
  Result<void> update_fields(std::span<const FieldUpdate>, ReceiptSink&,
                             const Continuation&) override {
    return {};
  }
  Result<void> create_tasks(std::span<const TaskDraft>, ReceiptSink&,
                            const Continuation&) override {
    return {};
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal>, ReceiptSink&,
                              const Continuation&) override {
    return {};
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string>) override {
    return std::vector<FoundTask>{};
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string>) override {
    return std::vector<TaskState>{};
  }
};

// The items in the order they come: "name number", or "name: what is wrong".
std::vector<std::string> pumped(Pages& connector,
                                const std::vector<std::pair<std::string, std::string>>& streams) {
  std::vector<daemon::StreamPlan> plans;
  for (const auto& [name, together] : streams) {
    StreamInfo stream;
    stream.name = name;
    stream.together = together;
    plans.push_back({std::move(stream), Walk::changes, {}});
  }
  const StillClock clock;
  daemon::PagePump pump(connector, std::move(plans), clock, {});
  std::vector<std::string> seen;
  while (const auto item = pump.take()) {
    const std::string& name = pump.plans()[item->plan].stream.name;
    seen.push_back(item->page ? name + " " + item->page->next.bytes
                              : name + ": " + item->page.error().message);
  }
  return seen;
}

TEST_CASE("pump: streams come one after the other, those read together in turn") {
  Pages connector;
  connector.count = {{"companies", 2}, {"deals", 1}, {"changes", 3}, {"calls", 1}};
  CHECK(pumped(connector,
               {{"companies", "company"}, {"deals", ""}, {"changes", "company"}, {"calls", ""}}) ==
        std::vector<std::string>{"companies 1", "changes 1", "companies 2", "changes 2",
                                 "changes 3", "deals 1", "calls 1"});
}

TEST_CASE("pump: a stream that fails leaves those it is read with alone") {
  Pages connector;
  connector.count = {{"contacts", -2}, {"engagement", 3}};
  CHECK(pumped(connector, {{"contacts", "contact"}, {"engagement", "contact"}}) ==
        std::vector<std::string>{"contacts 1", "engagement 1", "contacts: nobody answers",
                                 "engagement 2", "engagement 3"});
}

TEST_CASE("pump: where two in a row find nobody, the others are not tried") {
  Pages connector;
  connector.count = {{"contacts", -1}, {"engagement", -1}, {"calls", 1}, {"notes", 1}};
  const std::vector<std::pair<std::string, std::string>> streams = {
      {"contacts", "contact"}, {"engagement", "contact"}, {"calls", ""}, {"notes", ""}};
  // Two that ask for the same count once.
  CHECK(pumped(connector, streams) == std::vector<std::string>{"contacts: nobody answers",
                                                               "engagement: nobody answers",
                                                               "calls 1", "notes 1"});
  connector.count["calls"] = -1;
  CHECK(pumped(connector, streams) ==
        std::vector<std::string>{"contacts: nobody answers", "engagement: nobody answers",
                                 "calls: nobody answers", "notes: nobody answers"});
}

}  // namespace
