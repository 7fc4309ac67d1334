// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/settings.h"

namespace upselld {

// What the names of our fields begin with where the settings name no `prefix`.
inline constexpr const char* kUsualPrefix = "upselld";

// True for a field or column that upselld makes for its scores and tasks: the prefix, "_" and one
// of our names, in whatever case, as the last part of a path ("Account.upselld_Score__c"). Under
// the usual prefix too: fields of it stay behind where another is chosen later. Not the day before
// which people want no tasks: that is theirs. What else begins with the prefix is not ours.
bool is_our_field(std::string_view field, std::string_view prefix);

// Refuses an attribute that is read from such a field: a model that learnt from what a model wrote
// would learn from its own opinion. The error names `place`, where the attributes are mapped.
Result<void> refuse_our_field(const Place& place, const std::string& attribute,
                              const std::string& field, std::string_view prefix);

}  // namespace upselld
