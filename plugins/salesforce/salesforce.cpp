// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce.h"

#include "plugins/salesforce/salesforce_connector.h"

namespace upselld::plugins {

namespace {

Result<std::unique_ptr<Connector>> create(Host& host, const ConnectorContext& context,
                                          const Settings& settings) {
  auto read = salesforce::read_settings(settings, context);
  if (!read) return read.error();
  return salesforce::make_connector(host, context, std::move(*read));
}

}  // namespace

const ConnectorDescriptor& salesforce_descriptor() {
  static const std::string tag = abi::tag();
  static const ConnectorDescriptor descriptor = [] {
    ConnectorDescriptor made;
    made.abi_tag = tag.c_str();
    made.name = "salesforce";
    made.summary = "a Salesforce org, over REST and Bulk API 2.0";
    made.settings = &salesforce::connection_settings();
    made.attributes = salesforce::attributes_of;
    made.create = create;
    return made;
  }();
  return descriptor;
}

}  // namespace upselld::plugins
