// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/connector.h"

namespace upselld::plugins {

// The connector to a HubSpot account, over its CRM API.
const ConnectorDescriptor& hubspot_descriptor();

}  // namespace upselld::plugins
