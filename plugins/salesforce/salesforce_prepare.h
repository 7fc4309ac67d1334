// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugins/salesforce/salesforce_streams.h"

namespace upselld::plugins::salesforce {

// Our fields, two permission sets and a list view as a package that an admin deploys, by path. The
// same settings give the same bytes.
std::map<std::string, std::string> package_files(const SalesforceSettings& settings,
                                                 const std::string& prefix,
                                                 const std::vector<StreamSpec>& specs);
// What takes them away again.
std::map<std::string, std::string> removal_files(const SalesforceSettings& settings,
                                                 const std::string& prefix);

// What no API does, and people do after our fields are there.
void add_steps_for_people(const std::string& prefix, PrepareReport& report);

// Writes one of them into the folder of the settings; touches no org. Files that are there with
// the same bytes are left as they are.
Result<PrepareReport> write_package(const SalesforceSettings& settings, const std::string& prefix,
                                    const std::vector<StreamSpec>& specs,
                                    const PrepareRequest& request);

}  // namespace upselld::plugins::salesforce
