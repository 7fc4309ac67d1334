// SPDX-License-Identifier: Apache-2.0
#include "core/our_field.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/decision.h"

namespace upselld {
namespace {

// Behind the prefix. A test holds them against the list that the CRMs are asked to make.
constexpr std::string_view kTaskFields[] = {"key", "outcome", "outcome_note", "score_at_creation"};
// How Salesforce ends the names of fields that were added to an org.
constexpr std::string_view kAddedField = "__c";

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_name_of_ours(std::string_view name) {
  if (std::find(std::begin(kTaskFields), std::end(kTaskFields), name) != std::end(kTaskFields)) {
    return true;
  }
  const auto field = field_named(std::string(name));
  return field && *field != Field::pause_until;
}

}  // namespace

bool is_our_field(std::string_view field, std::string_view prefix) {
  std::string name = in_lower_case(field.substr(field.rfind('.') + 1));
  if (name.ends_with(kAddedField)) name.resize(name.size() - kAddedField.size());
  for (const std::string_view each : {prefix, std::string_view(kUsualPrefix)}) {
    const std::string start = in_lower_case(each) + "_";
    if (name.starts_with(start) && is_name_of_ours(name.substr(start.size()))) return true;
  }
  return false;
}

Result<void> refuse_our_field(const Place& place, const std::string& attribute,
                              const std::string& field, std::string_view prefix) {
  if (!is_our_field(field, prefix)) return {};
  return error_at(place,
                  fmt::format("attribute {}: {} is a field that upselld makes; what it tells "
                              "is nothing to learn from",
                              attribute, field));
}

}  // namespace upselld
