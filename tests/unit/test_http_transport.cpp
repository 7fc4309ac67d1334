// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <deque>

#include "plugins/http/transport.h"
#include "tests/support/fake_host.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;

// Answers in the order of a list.
class ListedWire final : public Wire {
 public:
  std::deque<Result<HttpResponse>> answers;
  int sent = 0;
  Result<HttpResponse> exchange(const HttpRequest&) override {
    ++sent;
    REQUIRE_FALSE(answers.empty());
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
};

class ListedPauser final : public Pauser {
 public:
  std::vector<std::int64_t> pauses;
  bool is_stopped = false;
  bool pause(Duration time) override {
    pauses.push_back(time.ms);
    return !is_stopped;
  }
};

class CountingMeter final : public CallMeter {
 public:
  int left = 100, writes = 0;
  std::uint64_t used = 0;
  Result<void> take(bool is_write) override {
    if (left-- == 0) return Error{ErrorKind::budget_exhausted, "used up", {}};
    writes += is_write ? 1 : 0;
    return {};
  }
  void told(const ReportedUsage& usage) override { used = usage.used; }
};

HttpResponse status(int code) {
  HttpResponse response;
  response.status = code;
  return response;
}
const Error kLost{ErrorKind::timed_out, "lost", {}};
const Error kNoConnection{ErrorKind::unavailable, "no connection", {}};

struct Bench {
  ListedWire wire;
  ListedPauser pauser;
  CountingMeter meter;
  tests::FakeClock clock;
  tests::FakeLog log;
  std::unique_ptr<Transport> transport = make_transport(wire, {}, clock, pauser, log, &meter);
};

}  // namespace

TEST_CASE("transport: what passes is tried again after growing pauses, and given out at last") {
  Bench bench;
  bench.wire.answers = {status(503), kLost, kNoConnection, status(502)};
  const auto answer = bench.transport->send({});
  REQUIRE(answer);
  CHECK(answer->status == 502);
  CHECK(bench.pauser.pauses == std::vector<std::int64_t>{1'000, 2'000, 4'000});
}

TEST_CASE(
    "transport: what must not be repeated is sent once, unless it never left or was refused") {
  HttpRequest request;
  request.method = "POST";
  request.repeatable = false;
  for (const Result<HttpResponse>& first : {Result<HttpResponse>(kLost), {status(503)}}) {
    Bench bench;
    bench.wire.answers = {first, status(200)};
    static_cast<void>(bench.transport->send(request));
    CHECK(bench.wire.sent == 1);
  }
  for (const Result<HttpResponse>& first : {Result<HttpResponse>(kNoConnection), {status(429)}}) {
    Bench bench;
    bench.wire.answers = {first, status(200)};
    CHECK(bench.transport->send(request)->status == 200);
  }
}

TEST_CASE("transport: an edge without a server behind it passes") {
  for (const int code : {520, 521, 522, 523, 524, 525, 526}) {
    Bench bench;
    bench.wire.answers = {status(code), status(200)};
    CHECK(bench.transport->send({})->status == 200);
  }
  Bench bench;
  bench.wire.answers = {status(530)};
  CHECK(bench.transport->send({})->status == 530);
}

TEST_CASE("transport: who judges limits gets each 429 at once, and all else as others") {
  HttpRequest request;
  request.judges_limits = true;
  Bench bench;
  bench.wire.answers = {status(429)};
  CHECK(bench.transport->send(request)->status == 429);
  CHECK(bench.pauser.pauses.empty());
  bench.wire.answers = {status(503), status(200)};
  CHECK(bench.transport->send(request)->status == 200);
}

TEST_CASE("transport: Retry-After is honoured, and not waited for when it is too long") {
  HttpResponse busy = status(429);
  busy.headers = {{"retry-after", "9"}};
  Bench bench;
  bench.wire.answers = {busy, status(200)};
  CHECK(bench.transport->send({})->status == 200);
  CHECK(bench.pauser.pauses == std::vector<std::int64_t>{9'000});
  busy.headers = {{"retry-after", "9000"}};
  Bench other;
  other.wire.answers = {busy};
  CHECK(other.transport->send({})->status == 429);
}

TEST_CASE("transport: each request that leaves is paid for, and none without budget") {
  Bench bench;
  bench.meter.left = 2;
  bench.wire.answers = {status(503), status(503)};
  HttpRequest request;
  request.is_write = true;
  const auto answer = bench.transport->send(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::budget_exhausted);
  CHECK(bench.wire.sent == 2);
  CHECK(bench.meter.writes == 2);
}

TEST_CASE("transport: a stop during a pause ends it, and what the server counted is told") {
  Bench bench;
  HttpResponse counted = status(503);
  counted.headers = {{"sforce-limit-info", "api-usage=40/100"}};
  bench.wire.answers = {counted};
  bench.pauser.is_stopped = true;
  const auto answer = bench.transport->send({});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::cancelled);
  CHECK(bench.meter.used == 40);
}
