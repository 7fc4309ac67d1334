// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plugins/crm/our_fields.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins::salesforce {

// "upselld_Next_Action__c".
std::string field_name(const std::string& prefix, Field field);
std::string task_field_name(const std::string& prefix, const char* name);

}  // namespace upselld::plugins::salesforce
