// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/decision.h"

namespace upselld::plugins::salesforce {

// One of our fields, as the org is asked to make it.
struct OurField {
  const char* name;  // behind the prefix: "Next_Action"
  const char* label;
  const char* type;  // of the metadata: Number, Picklist, Text, LongTextArea, DateTime, Date
  const char* help;
  int length = 0;                        // texts
  std::vector<const char*> values = {};  // picklists
  bool is_for_people = false;
};

// On Account, by Field. On Activity, seen on Task.
std::span<const OurField> account_fields();
std::span<const OurField> task_fields();

// "upselld_Next_Action__c".
std::string field_name(const std::string& prefix, Field field);
std::string task_field_name(const std::string& prefix, const char* name);

// A value as the org gives it, in our words: numbers with one decimal, instants in UTC, days. Empty
// is nullopt.
std::optional<std::string> value_read(Field field, const std::string& text);
// At most `length` characters, cut between two of them.
std::string cut_to(const std::string& text, std::size_t length);

}  // namespace upselld::plugins::salesforce
