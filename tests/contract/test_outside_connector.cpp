// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/loader.h"
#include "tests/support/fake_host.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using plugins::PluginSet;

std::vector<std::filesystem::path> folder(const char* name) {
  return {std::filesystem::path(UPSELLD_OUTSIDE_PREFIX) / name};
}

}  // namespace

TEST_CASE("outside: what a connector does wrong stops at the adaptor, under its name") {
  const auto plugins = PluginSet::load(folder("misbehaving"));
  INFO((plugins ? std::string() : plugins.error().message));
  REQUIRE(plugins);
  const ConnectorDescriptor* descriptor = plugins->find("misbehaving");
  REQUIRE(descriptor != nullptr);
  const tests::TempFolder scratch;
  tests::FakeHost host(scratch.path());
  const Node map;
  const Settings settings(map, *descriptor->settings);
  auto connector = plugins::create_checked(*descriptor, host, {}, settings);
  REQUIRE(connector);
  const auto streams = (*connector)->streams();
  REQUIRE(streams);
  const auto page = (*connector)->pull(streams->at(0), Walk::changes, {}, {});
  REQUIRE(page);
  CHECK((*page)[std::get<AccountColumns>(page->columns).id.at(0)] == "a1");
  // Whatever it throws stops at the adaptor, and a batch left without answers is its fault.
  (*connector)->settled(streams->at(0), page->next);
  const auto fields = (*connector)->current_fields(std::vector<std::string>{"a1"});
  REQUIRE_FALSE(fields);
  CHECK(fields.error().message.find("misbehaving: current_fields: it threw") == 0);
  tests::RecordingSink sink;
  const auto sent = (*connector)->update_fields(std::vector<FieldUpdate>(2), sink, {});
  REQUIRE_FALSE(sent);
  CHECK(
      sent.error().message ==
      "misbehaving: update_fields: 2 of 2 items were not answered; this is a fault of the plugin");
}

TEST_CASE("outside: a connector that was built otherwise is refused before it is used") {
  const auto plugins = PluginSet::load(folder("misfit"));
  REQUIRE_FALSE(plugins);
  CHECK(plugins.error().kind == ErrorKind::invalid_config);
  CHECK(plugins.error().message.find("it was built differently") != std::string::npos);
  CHECK(plugins.error().message.find("debug containers") != std::string::npos);
}
