// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plugins/hubspot/hubspot_streams.h"

namespace upselld::plugins::hubspot {

// Cheap reads: login, account, clock, calls left, every object and the scope it needs, mapped
// properties, our properties, rules that would refuse our writes. Whatever is wrong is a finding
// with its remedy.
Result<ProbeReport> probe_account(Client& client, Catalogue& catalogue,
                                  const HubspotSettings& settings, const ConnectorContext& context,
                                  const std::vector<StreamSpec>& specs);

}  // namespace upselld::plugins::hubspot
