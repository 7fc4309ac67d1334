// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/halving.h"

#include <catch2/catch.hpp>

#include <set>
#include <utility>
#include <vector>

using namespace upselld;
using namespace upselld::plugins;

namespace {

using Sent = std::vector<std::pair<std::size_t, std::size_t>>;

}  // namespace

TEST_CASE("halving: what is settled at once is one request, and nothing is none") {
  for (const std::size_t count : {0U, 1U, 7U}) {
    Sent sent;
    REQUIRE(send_in_halves(0, count, [&](std::size_t first, std::size_t n) -> Result<Group> {
      sent.emplace_back(first, n);
      return Group::settled;
    }));
    CHECK(sent == (count == 0 ? Sent{} : Sent{{0, count}}));
  }
}

TEST_CASE(
    "halving: every item that is at fault stands alone, and every other one is settled once") {
  const std::set<std::size_t> bad = {0, 9, 10, 12};
  std::vector<int> settled(13), alone(13);
  REQUIRE(send_in_halves(0, 13, [&](std::size_t first, std::size_t n) -> Result<Group> {
    for (const std::size_t one : bad) {
      if (one < first || one >= first + n) continue;
      if (n == 1) ++alone[first];
      return Group::refused;
    }
    for (std::size_t i = first; i < first + n; ++i) ++settled[i];
    return Group::settled;
  }));
  for (std::size_t i = 0; i < 13; ++i) {
    CHECK(alone[i] == (bad.count(i) > 0 ? 1 : 0));
    CHECK(settled[i] == (bad.count(i) > 0 ? 0 : 1));
  }
}

TEST_CASE("halving: an error ends it, and nothing behind that group is sent") {
  Sent sent;
  const auto ended = send_in_halves(0, 8, [&](std::size_t first, std::size_t n) -> Result<Group> {
    sent.emplace_back(first, n);
    if (first == 2) return Error{ErrorKind::unavailable, "gone", {}};
    return n > 2 ? Group::refused : Group::settled;
  });
  REQUIRE_FALSE(ended);
  CHECK(ended.error().kind == ErrorKind::unavailable);
  CHECK(sent == Sent{{0, 8}, {0, 4}, {0, 2}, {2, 2}});
}
