// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_requests.h"

#include <catch2/catch.hpp>

using namespace upselld;
using namespace upselld::daemon;

namespace {

std::shared_ptr<const Config> config_with(const std::vector<std::string>& connections) {
  Config config;
  for (const std::string& name : connections)
    config.settings.connections.emplace_back().name = name;
  return std::make_shared<const Config>(std::move(config));
}

}  // namespace

TEST_CASE("service requests: a sync that is asked for twice is one, and all holds each") {
  ServiceRequests requests;
  requests.loaded(config_with({"crm", "shop"}));
  CHECK(requests.take_syncs().empty());
  REQUIRE(requests.request_sync("crm"));
  REQUIRE(requests.request_sync("crm"));
  REQUIRE(requests.request_sync("shop"));
  CHECK(requests.state().sync_is_asked);
  CHECK(requests.take_syncs() == std::vector<std::string>{"crm", "shop"});
  CHECK_FALSE(requests.state().sync_is_asked);
  REQUIRE(requests.request_sync("crm"));
  REQUIRE(requests.request_sync(""));
  CHECK(requests.take_syncs() == std::vector<std::string>{""});
  CHECK(requests.take_syncs().empty());
}

TEST_CASE("service requests: a connection that the settings do not have is refused") {
  ServiceRequests requests;
  requests.loaded(config_with({"crm"}));
  const auto refused = requests.request_sync("crn");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::invalid_config);
  CHECK(requests.take_syncs().empty());
}

TEST_CASE("service requests: a reload is taken once, and the state is what the loop said") {
  ServiceRequests requests;
  CHECK(requests.state().doing == "waiting");
  CHECK_FALSE(requests.take_reload());
  requests.request_reload();
  CHECK(requests.take_reload());
  CHECK_FALSE(requests.take_reload());
  requests.begins("sync", "crm", Instant{5});
  CHECK(requests.state().doing == "sync");
  CHECK(requests.state().since == Instant{5});
  requests.waits(Instant{9}, Instant{20});
  requests.waits(Instant{11}, Instant{30});
  CHECK(requests.state().doing == "waiting");
  CHECK(requests.state().connection.empty());
  CHECK(requests.state().since == Instant{9});
  CHECK(requests.state().next_at == Instant{30});
}
