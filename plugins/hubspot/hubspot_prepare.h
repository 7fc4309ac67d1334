// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plugins/connector.h"
#include "plugins/crm/our_fields.h"
#include "plugins/hubspot/hubspot_catalogue.h"

namespace upselld::plugins::hubspot {

// Our group and properties on companies and tasks. What is there is left as it is but for options
// of ours that are missing; options of people stay. `remove` takes away what this version makes,
// and nothing else. The key of tasks is made unique where `keys` need it; an account that has no
// room for another unique property is told of, and everything else is made.
Result<PrepareReport> prepare_account(Client& client, TaskKeys keys, const std::string& prefix,
                                      const PrepareRequest& request);

// What a property of ours is on the account: its type there.
std::string type_of(const OurField& field);

}  // namespace upselld::plugins::hubspot
