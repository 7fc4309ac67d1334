// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace upselld::sandbox::salesforce {

// The 18-character id with this key prefix and running number. Ids of numbers close to each other
// differ by the case of one letter only.
std::string make_id(std::string_view prefix, std::uint64_t number);
// The suffix that makes 15 characters safe to compare without case.
std::string id_suffix(std::string_view fifteen);
// 18 characters from 15 or 18; letters of an 18-character id whose case was lost get it back from
// the suffix. Nothing: no id.
std::optional<std::string> canonical_id(std::string_view text);

}  // namespace upselld::sandbox::salesforce
