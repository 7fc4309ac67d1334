// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

TEST_CASE("state: root writes nothing into the folder of another user") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can be another user");
    return;
  }
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  REQUIRE(rehearsal.command({"sync", "--pull-only"}).code == 0);
  const std::string state = rehearsal.crm.folder().path("demo.state");
  REQUIRE(::chown(state.c_str(), 65534, 65534) == 0);
  const std::vector<std::vector<std::string>> writing = {{"pause"}, {"resume"}, {"sync"}};
  for (const auto& words : writing) {
    const Ended ended = rehearsal.command(words);
    INFO(words[0] << ": " << ended.out << ended.err);
    CHECK(ended.code == 2);
    CHECK(ended.err.find("not to root; run this as that user: runuser -u ") != std::string::npos);
  }
  CHECK(rehearsal.status()["paused"].empty());
}
