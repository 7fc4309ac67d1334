// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/host.h"
#include "core/result.h"
#include "plugins/crm/receipts.h"

namespace upselld::plugins::salesforce {

// What Salesforce says is wrong: with a whole request, or with one row of it.
struct Fault : Refusal {
  int status = 0;  // 0: of a row; a code may be empty where a proxy answered
};

// What to do about it.
enum class FaultClass {
  retry,      // the same again, later: locks, trouble, maintenance
  session,    // log in again
  limit,      // the day's calls, or too many at once: stop
  setup,      // settings or permissions: stop this operation, tell the admin
  data,       // this row will not work until it or the settings change
  gone,       // the record is deleted, archived or never was
  duplicate,  // a unique value is there already
};

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
