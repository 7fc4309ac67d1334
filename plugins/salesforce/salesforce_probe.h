// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plugins/salesforce/salesforce_streams.h"

namespace upselld::plugins::salesforce {

// Cheap reads as the integration user: login, clock, limits, edition, objects and fields to read,
// our fields and whether they may be written. Whatever is wrong is a finding with its remedy.
Result<ProbeReport> probe_org(Client& client, Describe& describe,
                              const SalesforceSettings& settings, const ConnectorContext& context,
                              const std::vector<StreamSpec>& specs);

}  // namespace upselld::plugins::salesforce
