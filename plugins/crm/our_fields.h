// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decision.h"

// The one list of our fields in a CRM.
namespace upselld::plugins {

// One of our fields, as a CRM is asked to make it.
struct OurField {
  const char* name;  // behind the prefix, where names have capitals: "Next_Action"
  const char* label;
  const char* type;  // Number (one decimal), Picklist, Text, LongTextArea, DateTime, Date
  const char* help;
  int length = 0;                        // texts
  std::vector<const char*> values = {};  // picklists
  bool is_for_people = false;
};

// On the account, by Field. On the task: the key, which is unique, comes first.
std::span<const OurField> account_fields();
std::span<const OurField> task_fields();

// A value as a CRM gives it, in our words: numbers with one decimal, instants in UTC, days. Empty
// is nullopt. `read_stamp` reads the CRM's instants.
std::optional<std::string> value_read(Field field, const std::string& text,
                                      Instant (*read_stamp)(std::string_view));

}  // namespace upselld::plugins
