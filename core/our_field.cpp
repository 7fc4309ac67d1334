// SPDX-License-Identifier: Apache-2.0
#include "core/our_field.h"

#include <fmt/format.h>

#include <algorithm>

namespace upselld {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_our_field(std::string_view field, std::string_view prefix) {
  field = field.substr(field.rfind('.') + 1);
  if (prefix.empty() || field.size() <= prefix.size() || field[prefix.size()] != '_') return false;
  return std::equal(prefix.begin(), prefix.end(), field.begin(),
                    [](char ours, char theirs) { return lower(ours) == lower(theirs); });
}

Result<void> refuse_our_field(const Place& place, const std::string& attribute,
                              const std::string& field, std::string_view prefix) {
  if (!is_our_field(field, prefix)) return {};
  return error_at(place,
                  fmt::format("attribute {}: {} is a field that upselld writes; what it told "
                              "is nothing to learn from",
                              attribute, field));
}

}  // namespace upselld
