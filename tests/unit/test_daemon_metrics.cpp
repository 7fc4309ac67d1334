// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/time_zone.h"
#include "daemon/metrics.h"

using namespace upselld;
using namespace upselld::daemon;

TEST_CASE("metrics: a service that has no data yet tells of itself") {
  ServiceState state;
  state.doing = "sync";
  state.next_at = *parse_instant("2026-11-02T10:00:00Z", "iso", TimeZone::utc());
  state.stage = "pull crm";
  state.moves = 42;
  const auto text = metrics_text(nullptr, state);
  REQUIRE(text);
  for (const char* line :
       {"upselld_build_info{version=\"", "upselld_service_busy 1\n",
        "# TYPE upselld_service_steps_total counter\n", "upselld_service_steps_total 42\n",
        "upselld_next_sync_timestamp_seconds 1793613600\n", "process_cpu_seconds_total ",
        "process_resident_memory_bytes ", "process_open_fds "}) {
    INFO(line << "in\n" << *text);
    CHECK(text->find(line) != std::string::npos);
  }
  CHECK(text->find("process_resident_memory_bytes 0\n") == std::string::npos);
}

TEST_CASE("metrics: without a service and data the version alone is told") {
  const auto text = metrics_text(nullptr, {});
  REQUIRE(text);
  CHECK(text->find("upselld_build_info") != std::string::npos);
  CHECK(text->find("process_") == std::string::npos);
}
