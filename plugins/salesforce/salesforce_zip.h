// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace upselld::plugins::salesforce {

// A zip archive of these files, by path, stored uncompressed. The same files give the same bytes.
std::string zipped(const std::map<std::string, std::string>& files);

}  // namespace upselld::plugins::salesforce
