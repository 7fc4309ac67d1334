// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plugins/salesforce/salesforce_settings.h"

namespace upselld::plugins::salesforce {

// `host` outlives the connector.
std::unique_ptr<Connector> make_connector(Host& host, const ConnectorContext& context,
                                          SalesforceSettings settings);

}  // namespace upselld::plugins::salesforce
