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

// Whether a CRM that was sent one value may show the other for it without anybody having changed
// it: blanks trimmed or joined, a number rounded to whole, an instant cut to its minute, a picklist
// in other capitals. Both in our words; empty is no value.
bool may_be_stored_as(Field field, const std::string& sent, const std::string& read);

// A value as a CRM gives it, in our words: numbers with one decimal, instants in UTC, days. Empty
// is nullopt. `read_stamp` reads the CRM's instants.
std::optional<std::string> value_read(Field field, const std::string& text,
                                      Instant (*read_stamp)(std::string_view));

}  // namespace upselld::plugins
