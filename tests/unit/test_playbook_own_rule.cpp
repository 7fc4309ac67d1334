// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "playbook/own_rule.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

int first(const Playbook& playbook, const TestAccount& account) {
  return OwnRule(playbook, test_today().zone).first(account.facts, account.features);
}

}  // namespace

TEST_CASE("own rule: is the first action that holds, without the tests that rank") {
  const auto playbook = playbook_of(
      "tags:\n  large: {order_amount_mean: {top: 20%}}\n  small: {seats: {below: 5}}\n"
      "actions:\n"
      "  - {action: room, when: {quota_usage_last: {from: 80%}, band: [high, medium]}}\n"
      "  - {action: ranked, when: {band: high, decile: 10}}\n"
      "  - {action: large_ones, when: {large: yes, region: DACH}}\n"
      "  - {action: small_ones, when: {small: yes}}\n");
  REQUIRE(OwnRule(*playbook, test_today().zone).exists());
  TestAccount account("A");
  CHECK(first(*playbook, account) == 0);
  account.attribute("seats", 3);
  CHECK(first(*playbook, account) == 3);
  account.attribute("region", "DACH");
  CHECK(first(*playbook, account) == 2);
  account.feature("quota_usage_last", 0.9);
  CHECK(first(*playbook, account) == 1);
}

TEST_CASE("own rule: a ranking test inside any or not goes with all of it") {
  const auto playbook =
      playbook_of("actions:\n  - {action: a, when: {seats: {from: 5}, not: {band: low}}}\n");
  TestAccount account("A");
  CHECK(first(*playbook, account) == 0);
  account.attribute("seats", 7);
  CHECK(first(*playbook, account) == 1);
}

TEST_CASE("own rule: a playbook that only ranks has none") {
  const auto only = playbook_of("actions: [{action: a, when: {band: high}}]");
  CHECK_FALSE(OwnRule(*only, test_today().zone).exists());
  const auto everybody = playbook_of("actions: [{action: a, when: {}}]");
  CHECK_FALSE(OwnRule(*everybody, test_today().zone).exists());
}
