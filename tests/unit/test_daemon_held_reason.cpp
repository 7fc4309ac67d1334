// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/held_reason.h"

using namespace upselld;
using namespace upselld::daemon;

TEST_CASE("held reason: the accounts that were missing are found again") {
  const std::string reason = held_reason("crm", "30 of 60 are gone", {.known = 60, .lost = 30});
  CHECK(reason ==
        R"({"connection":"crm","why":"30 of 60 are gone","accounts_lost":{"lost":30,"known":60}})");
  CHECK(lost_when_held(reason).known == 60);
  CHECK(lost_when_held(reason).lost == 30);
}

TEST_CASE("held reason: without missing accounts none are found") {
  const std::string moved = held_reason("crm", "too many bands move", {.known = 60, .lost = 0});
  CHECK(moved == R"({"connection":"crm","why":"too many bands move"})");
  for (const std::string& reason :
       {moved, std::string(R"({"connection":"crm","why":"gone","accounts_lost":7})"),
        std::string(R"({"accounts_lost":{"lost":"many","known":60}})"), std::string("[]"),
        std::string("no JSON"), std::string()}) {
    INFO(reason);
    CHECK(lost_when_held(reason).known == 0);
    CHECK(lost_when_held(reason).lost == 0);
  }
}

TEST_CASE("held reason: what was missing breaks the limit again, until the limit is raised") {
  ConnectionCycle connection;
  connection.accounts_lost = lost_when_held(held_reason("crm", "", {.known = 60, .lost = 30}));
  const auto broken = broken_limit({}, connection);
  REQUIRE(broken);
  CHECK(*broken == "the pull no longer shows 30 of 60 accounts (stop_when: accounts_lost 5 %)");
  CHECK_FALSE(broken_limit({.accounts_lost = 0.5}, connection));
}
