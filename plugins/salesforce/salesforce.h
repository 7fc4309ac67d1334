// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/connector.h"

namespace upselld::plugins {

// The connector to a Salesforce org, over REST and Bulk API 2.0.
const ConnectorDescriptor& salesforce_descriptor();

}  // namespace upselld::plugins
