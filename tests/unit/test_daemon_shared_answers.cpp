// SPDX-License-Identifier: Apache-2.0
#include "daemon/shared_answers.h"

#include <catch2/catch.hpp>
#include <future>
#include <semaphore>
#include <stdexcept>
#include <vector>

#include "tests/support/fake_host.h"

using namespace upselld;
using namespace upselld::daemon;
using namespace upselld::tests;

namespace {

struct Asked {
  FakeClock clock;
  SharedAnswers answers{clock};
  int made = 0;

  std::string get(const std::string& what, int status = 200) {
    return answers
        .get(what,
             [&] {
               return WebAnswer{status, "text/plain", what + " " + std::to_string(++made)};
             })
        .body;
  }
};

}  // namespace

TEST_CASE("shared answers: one is made a second, each for what it is about") {
  Asked asked;
  CHECK(asked.get("a") == "a 1");
  CHECK(asked.get("a") == "a 1");
  CHECK(asked.get("b") == "b 2");
  asked.clock.time = asked.clock.time + milliseconds(999);
  CHECK(asked.get("a") == "a 1");
  asked.clock.time = asked.clock.time + milliseconds(1);
  CHECK(asked.get("a") == "a 3");
}

TEST_CASE("shared answers: a failure is told to who asked, and not kept") {
  Asked asked;
  CHECK(asked.get("a", 503) == "a 1");
  CHECK(asked.get("a") == "a 2");
}

TEST_CASE("shared answers: what throws is told, and the next makes its own") {
  Asked asked;
  CHECK_THROWS(asked.answers.get("a", []() -> WebAnswer { throw std::runtime_error("broken"); }));
  CHECK(asked.get("a") == "a 1");
}

TEST_CASE("shared answers: after a change nothing from before is given") {
  Asked asked;
  CHECK(asked.get("a") == "a 1");
  asked.answers.forget();
  CHECK(asked.get("a") == "a 2");
}

TEST_CASE("shared answers: more kinds than are kept are all answered") {
  Asked asked;
  for (int round = 1; round <= 2; ++round) {
    for (std::size_t i = 0; i < 2 * kAnswersKeptMax; ++i) {
      const std::string what = std::to_string(i);
      CHECK(asked.get(what).starts_with(what + " "));
    }
  }
  CHECK(asked.made == static_cast<int>(3 * kAnswersKeptMax));
}

TEST_CASE("shared answers: who asks while one is made gets that one, unless it was forgotten") {
  Asked asked;
  std::binary_semaphore begun{0}, may_end{0};
  auto first = std::async(std::launch::async, [&] {
    return asked.answers
        .get("a",
             [&] {
               begun.release();
               may_end.acquire();
               return WebAnswer{200, "text/plain", "before"};
             })
        .body;
  });
  begun.acquire();
  std::vector<std::future<std::string>> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(std::async(std::launch::async, [&] {
      return asked.answers.get("a", [] { return WebAnswer{200, "text/plain", "twice"}; }).body;
    }));
  }
  // Whether they wait already or come later, they get what is kept.
  may_end.release();
  CHECK(first.get() == "before");
  for (auto& other : others) CHECK(other.get() == "before");

  asked.clock.time = asked.clock.time + seconds(2);
  auto second = std::async(std::launch::async, [&] {
    return asked.answers
        .get("a",
             [&] {
               begun.release();
               may_end.acquire();
               return WebAnswer{200, "text/plain", "before the change"};
             })
        .body;
  });
  begun.acquire();
  asked.answers.forget();
  CHECK(asked.get("a") == "a 1");
  may_end.release();
  CHECK(second.get() == "before the change");
  CHECK(asked.get("a") == "a 1");
}
