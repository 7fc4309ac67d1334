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
// What a record shows of its associations: a company its rollups, a contact its primary company.
void refresh_linked(Portal& portal, const ObjectType& type, RecordId id);
// The same of both ends of an association that was made or taken away.
void refresh_ends(Portal& portal, const ObjectType& from, RecordId id, const ObjectType& to,
                  RecordId to_id);
// The same of all that it is associated with, for it was changed, archived or restored itself.
void refresh_neighbours(Portal& portal, const ObjectType& type, RecordId id);
// Owners, pipelines and options that every account starts with.
void furnish(Portal& portal);

}  // namespace upselld::sandbox::hubspot
