// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugins/connector.h"
#include "plugins/hubspot/hubspot_catalogue.h"

namespace upselld::plugins::hubspot {

enum class Shape {
  owner,
  company,
  company_history,
  contact,
  engagement,
  product,
  deal,
  deal_history,
  deal_line,
  order,
  order_line,
  ticket,
  call,
  email,
  meeting,
  note,
  task,
  communication,
  custom
};

// What is read of one type of object, before the account was asked what it has.
struct StreamSpec {
  std::string name = {}, object = {};
  Shape shape = Shape::custom;
  RecordKind kind = RecordKind::activity;
  std::string stamp = "hs_lastmodifieddate";
  std::vector<std::string> properties = {};
  std::vector<std::string> needed = {};   // without these there is no stream
  std::vector<std::string> history = {};  // properties whose past is read
  bool links_company = false, links_contact = false;
  std::string parent = {};  // the object that a line belongs to
  bool offers_sweep = true;
  std::size_t records_per_row = 1;
  int refresh_periods = 0;  // read whole so many periods after the last time; 0: never again
  const ActivityObject* activity = nullptr;  // custom
  std::string scope = {};                    // what must be granted, alternatives with |
};

// The admin's own contact properties that tell consent, with the option that names each.
std::vector<std::pair<const char*, std::string>> consent_properties(
    const HubspotSettings& settings);

// All streams of these settings, in the order they are best read in. `settings` outlives them.
std::vector<StreamSpec> stream_specs(const HubspotSettings& settings,
                                     const ConnectorContext& context);

// A stream as this account has it.
struct StreamPlan {
  const StreamSpec* spec = nullptr;
  std::vector<std::string> properties, history;
  std::set<std::string> dates;  // of these those that are days, without a time
  int refresh_periods = 0;
  bool has_unstamped = false;  // a value may change without the stamp
  std::string fingerprint;
};

// forbidden: a property that is needed is not there; which one is said.
Result<StreamPlan> plan_stream(const StreamSpec& spec, const HubspotSettings& settings,
                               Catalogue& catalogue);
// Of a company's mapped properties: may its value change and the company's stamp not?
bool is_unstamped(const Property& property);

}  // namespace upselld::plugins::hubspot
