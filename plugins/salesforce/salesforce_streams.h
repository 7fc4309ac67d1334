// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "plugins/salesforce/salesforce_describe.h"

namespace upselld::plugins::salesforce {

// A field a stream would like to read.
struct Wish {
  std::string path;
  bool is_needed = false;  // without it there is no stream
};

enum class Shape {
  user,
  account,
  account_history,
  contact,
  product,
  opportunity,
  opportunity_history,
  opportunity_line,
  order,
  order_line,
  open_case,
  task,
  event,
  email,
  campaign_member,
  custom
};

// What is read from one object, before the org was asked what it has.
struct StreamSpec {
  std::string name = {}, object = {};
  Shape shape = Shape::custom;
  RecordKind kind = RecordKind::activity;
  std::string stamp = "SystemModstamp";
  std::string filter = {};  // a condition that always holds
  bool reads_all = true;    // queryAll: with deleted and archived rows
  bool offers_sweep = true;
  std::size_t records_per_row = 1;
  std::vector<Wish> wishes = {};
  const ActivityObject* activity = nullptr;  // custom
};

// All streams of these settings, in the order they are best read in. `settings` outlives them.
std::vector<StreamSpec> stream_specs(const SalesforceSettings& settings,
                                     const ConnectorContext& context);

// A stream as this org has it.
struct StreamPlan {
  const StreamSpec* spec = nullptr;
  std::vector<std::string> columns;  // as the org spells them; Id and the stamp come first
  std::vector<std::string> names;    // the same, as the settings and the mappers spell them
  std::string stamp;
  bool reads_deleted = false;  // has IsDeleted
  bool is_replicateable = false;
  bool has_formula = false;  // a value may change without the stamp
  std::string fingerprint;
};

// forbidden: the object or a needed field is missing or hidden; which one is said.
Result<StreamPlan> plan_stream(const StreamSpec& spec, const SalesforceSettings& settings,
                               Describe& describe);
// "SELECT Id, ... FROM Account".
std::string select_of(const StreamPlan& plan);
// Wishes that are not there.
Result<std::vector<std::string>> missing_wishes(const StreamSpec& spec, Describe& describe);

}  // namespace upselld::plugins::salesforce
