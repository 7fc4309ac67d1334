// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace upselld::sandbox::salesforce {

// The files of a zip archive by path, stored or deflated. Nothing: no such archive, a file whose
// checksum is wrong, or more than `bytes_max` in all.
std::optional<std::map<std::string, std::string>> unzipped(std::string_view bytes,
                                                           std::size_t bytes_max);

}  // namespace upselld::sandbox::salesforce
