// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.h"
#include "plugins/crm/receipts.h"

// What a CRM says is wrong, and what is to be done about it.
namespace upselld::plugins {

// With a whole request, or with one record of it.
struct Fault : Refusal {
  int status = 0;  // 0: of a record; a code may be empty where a proxy answered
};

enum class FaultClass {
  retry,      // the same again, later: locks, overload, maintenance
  session,    // log in again
  limit,      // too many requests
  setup,      // settings, permissions, our fields: stop this operation, tell the admin
  data,       // this record will not work until it, a rule or the settings change
  gone,       // the record is deleted, archived, merged or never was
  duplicate,  // a unique value is there already
  parked,     // the account cannot be written at present
};

// One that a person can act on: `doing`, status, code, message, and the remedy, where one is known.
// `limit`: the kind of a FaultClass::limit.
Error error_told(const std::string& doing, const Fault& fault, FaultClass what,
                 const std::string& remedy, ErrorKind limit);

}  // namespace upselld::plugins
