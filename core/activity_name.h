// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace upselld {

inline constexpr std::size_t kActivityNameBytesMax = 48;

// True for [a-z][a-z0-9_]{0,47}: names of activity kinds, attributes, actions and connections.
constexpr bool is_activity_name(std::string_view name) {
  if (name.empty() || name.size() > kActivityNameBytesMax) return false;
  if (name[0] < 'a' || name[0] > 'z') return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

}  // namespace upselld
