// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_fields.h"

namespace upselld::plugins::salesforce {

std::string field_name(const std::string& prefix, Field field) {
  return task_field_name(prefix, account_fields()[static_cast<std::size_t>(field)].name);
}

std::string task_field_name(const std::string& prefix, const char* name) {
  return prefix + "_" + name + "__c";
}

}  // namespace upselld::plugins::salesforce
