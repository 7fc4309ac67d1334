// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/settings.h"

namespace upselld {

// True for a field or column that a CRM knows as ours: the prefix, "_" and more, in whatever case,
// as the last part of a path ("Account.upselld_Score__c").
bool is_our_field(std::string_view field, std::string_view prefix);

// Refuses an attribute that is read from such a field: a model that learnt from what a model wrote
// would learn from its own opinion. The error names `place`, where the attributes are mapped.
Result<void> refuse_our_field(const Place& place, const std::string& attribute,
                              const std::string& field, std::string_view prefix);

}  // namespace upselld
