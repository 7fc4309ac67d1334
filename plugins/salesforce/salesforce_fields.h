// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "plugins/crm/our_fields.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins::salesforce {

// "upselld_Next_Action__c".
std::string field_name(const std::string& prefix, Field field);
std::string task_field_name(const std::string& prefix, const char* name);

// A value as the org gives it, in our words: numbers with one decimal, instants in UTC, days. Empty
// is nullopt.
std::optional<std::string> value_read(Field field, const std::string& text);

}  // namespace upselld::plugins::salesforce
