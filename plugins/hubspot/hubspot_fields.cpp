// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_fields.h"

namespace upselld::plugins::hubspot {

std::string property_name(const std::string& prefix, const char* name) {
  return in_lower_case(prefix + "_" + name);
}

std::string property_name(const std::string& prefix, Field field) {
  return property_name(prefix, account_fields()[static_cast<std::size_t>(field)].name);
}

std::string key_property(const std::string& prefix) {
  return property_name(prefix, task_fields().front().name);
}

}  // namespace upselld::plugins::hubspot
