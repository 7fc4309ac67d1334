// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "plugins/files/files.h"
#include "plugins/loader.h"
#include "tests/support/drain.h"
#include "tests/support/fake_host.h"
#include "tests/support/settings_node.h"

namespace upselld::tests {

// A folder with files and a connection over them, made as the daemon makes one.
struct FilesFixture {
  TempFolder folder;
  FakeHost host{folder.path()};
  Node node;
  std::unique_ptr<Connector> connector;

  Result<void> make(Node settings, const std::string& zone = "UTC") {
    node = placed(std::move(settings), {(folder / "upselld.yaml").string(), 7});
    const ConnectorDescriptor& files = plugins::files_descriptor();
    const std::vector<Error> findings = check(node, *files.settings);
    if (!findings.empty()) return findings.front();
    const Settings read(node, *files.settings);
    ConnectorContext context;
    context.connection = "shop";
    context.zone = *TimeZone::load(zone);
    context.currency = "EUR";
    auto attributes = plugins::attributes_checked(files, read);
    if (!attributes) return attributes.error();
    context.attributes = *attributes;
    auto made = plugins::create_checked(files, host, context, read);
    if (!made) return made.error();
    connector = std::move(*made);
    return {};
  }
  // The message, or empty.
  std::string make_error(Node settings) {
    const auto made = make(std::move(settings));
    return made ? std::string() : made.error().message;
  }
  StreamInfo stream(const std::string& name, const std::string& part = {}) {
    const auto streams = connector->streams();
    REQUIRE(streams);
    const StreamInfo* found = find_stream(*streams, name, part);
    INFO(name << " " << part);
    REQUIRE(found != nullptr);
    return *found;
  }
  Drained pull(const std::string& name, const Cursor& cursor = {}, Walk walk = Walk::changes) {
    return drain(*connector, stream(name), walk, cursor);
  }
  Error pull_error(const std::string& name) {
    const auto page = connector->pull(stream(name), Walk::changes, {}, {});
    REQUIRE_FALSE(page);
    return page.error();
  }
};

}  // namespace upselld::tests
