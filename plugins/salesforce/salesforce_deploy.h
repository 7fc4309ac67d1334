// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "plugins/salesforce/salesforce_client.h"

namespace upselld::plugins::salesforce {

// Brings a package into the org's setup as the admin whose session the request holds, all of it or
// none: what `prepare` otherwise leaves to a person. For a package of our fields the integration
// user gets its permission set too. The session is used here and kept nowhere.
Result<PrepareReport> deploy_package(const SalesforceSettings& settings, Host& host,
                                     const std::string& prefix,
                                     const std::map<std::string, std::string>& files,
                                     const PrepareRequest& request);

}  // namespace upselld::plugins::salesforce
