// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plugins/crm/our_fields.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins::hubspot {

// "upselld_next_action", of companies and of tasks.
std::string property_name(const std::string& prefix, const char* name);
std::string property_name(const std::string& prefix, Field field);
std::string key_property(const std::string& prefix);

}  // namespace upselld::plugins::hubspot
