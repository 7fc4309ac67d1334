// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/hubspot/portal.h"

// What an account works out by itself.
namespace upselld::sandbox::hubspot {

// Stages won or lost, amounts in the account's currency, completion of tasks: part of every write.
void derive_values(Portal& portal, const ObjectType& type, Record& record, Instant at);
// A company's counts and sums of its deals, contacts and engagements. They change without a modify
// date, but where a switch says otherwise.
void refresh_rollups(Portal& portal, Record& company);
// The rollups of the companies that a record of another object belongs to.
void refresh_companies_of(Portal& portal, const ObjectType& type, const Record& record);
// Owners, pipelines and options that every account starts with.
void furnish(Portal& portal);

}  // namespace upselld::sandbox::hubspot
