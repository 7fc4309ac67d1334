// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plugins/hubspot/hubspot_settings.h"

namespace upselld::plugins::hubspot {

// `host` outlives the connector.
std::unique_ptr<Connector> make_connector(Host& host, const ConnectorContext& context,
                                          HubspotSettings settings);

}  // namespace upselld::plugins::hubspot
