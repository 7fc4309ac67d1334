// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot.h"

#include "plugins/hubspot/hubspot_connector.h"

namespace upselld::plugins {

namespace {

Result<std::unique_ptr<Connector>> create(Host& host, const ConnectorContext& context,
                                          const Settings& settings) {
  auto read = hubspot::read_settings(settings, context);
  if (!read) return read.error();
  return hubspot::make_connector(host, context, std::move(*read));
}

}  // namespace

const ConnectorDescriptor& hubspot_descriptor() {
  static const std::string tag = abi::tag();
  static const ConnectorDescriptor descriptor = [] {
    ConnectorDescriptor made;
    made.abi_tag = tag.c_str();
    made.name = "hubspot";
    made.summary = "a HubSpot account, over its CRM API";
    made.settings = &hubspot::connection_settings();
    made.attributes = hubspot::attributes_of;
    made.create = create;
    return made;
  }();
  return descriptor;
}

}  // namespace upselld::plugins
