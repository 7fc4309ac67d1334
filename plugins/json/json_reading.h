// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"
#include "core/result.h"

// Reading JSON that somebody else wrote: missing and null are the same, numbers may come as text,
// and what is wrong is told with the name of the field.
namespace upselld::plugins {

// corrupt: no JSON; `what` and the place of the fault are named, no content is shown.
Result<nlohmann::json> parse_json(std::string_view text, const std::string& what);

// The same, but the elements of the array `field` of the outermost object are handed out one by one
// and dropped, so that a page of thousands of records is never held as a tree. `take` returning
// false stops with `corrupt`. Gives the object without that array's elements.
Result<nlohmann::json> parse_each(std::string_view text, const std::string& what,
                                  std::string_view field,
                                  const std::function<bool(const nlohmann::json&)>& take);

// The member, or nullptr where it is missing, null, or `object` is no object.
const nlohmann::json* member(const nlohmann::json& object, std::string_view field);
// "Owner.Name" through nested objects.
const nlohmann::json* member_at(const nlohmann::json& object, std::string_view path);

// Scalars as text: numbers in their shortest form, true and false; anything else is empty.
std::string text_of(const nlohmann::json& value);
// "" or `otherwise` where there is none.
std::string text_in(const nlohmann::json& object, std::string_view field);
// Of an array each; a scalar stands for an array of one. Empty where there is none.
std::vector<std::string> texts_in(const nlohmann::json& object, std::string_view field);
bool flag_in(const nlohmann::json& object, std::string_view field, bool otherwise = false);
std::optional<double> number_in(const nlohmann::json& object, std::string_view field);

// One that must be there and be text: corrupt, naming `what` and the field, where it is not.
Result<std::string> required_text(const nlohmann::json& object, std::string_view field,
                                  const std::string& what);

}  // namespace upselld::plugins
