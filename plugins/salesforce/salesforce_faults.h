// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/host.h"
#include "core/result.h"
#include "plugins/crm/faults.h"

namespace upselld::plugins::salesforce {

// Its own type, so that its own functions are found by it.
struct Fault : plugins::Fault {};

FaultClass class_of(const Fault& fault);

// Reads an error answer of any shape: the array of the API, the object of the token endpoint, the
// XML or HTML of a proxy, nothing at all. Never fails: the status is always told.
Fault fault_of(const HttpResponse& response);
// Of "CODE:message:fields --", as Bulk writes it.
Fault fault_of_bulk(const std::string& text);

// One that a person can act on: `doing`, status, code, message, and the remedy where one is known.
Error error_of(const std::string& doing, const Fault& fault);
// What an admin does about this code; empty where nothing is known.
std::string remedy_of(const Fault& fault);

}  // namespace upselld::plugins::salesforce
