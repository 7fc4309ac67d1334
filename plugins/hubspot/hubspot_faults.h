// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/host.h"
#include "core/result.h"
#include "plugins/crm/faults.h"

namespace upselld::plugins::hubspot {

// What HubSpot says is wrong: with a whole request, or with one item of it. `code` is the first of
// the detailed codes, else the category; `field` is the first property named.
struct Fault : plugins::Fault {
  std::string category, sub_category, policy, correlation_id;
  std::vector<std::string> ids;        // context: records, or unique values
  std::vector<std::string> trace_ids;  // context
  std::vector<std::string> scopes;     // any one of them would do
  std::string existing_id;
};

FaultClass class_of(const Fault& fault);

// Reads an error answer of any shape: JSON, a page of a proxy, nothing at all. Never fails.
Fault fault_of(const HttpResponse& response);
// An entry of `errors` in the answer to a batch.
Fault fault_in(const nlohmann::json& error);

// True where the account's rules for people are what refuses a record.
bool is_rule(const Fault& fault);
// What an admin does about it; empty where nothing is known.
std::string remedy_of(const Fault& fault);
// One that a person can act on: `doing`, status, code, message, remedy.
Error error_of(const std::string& doing, const Fault& fault);
// With the remedy and the number by which HubSpot's support finds the request.
Receipt rejected(const Fault& fault);

}  // namespace upselld::plugins::hubspot
