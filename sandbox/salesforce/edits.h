// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sandbox/salesforce/write.h"

namespace upselld::sandbox::salesforce {

// What people do in the CRM's own pages while a program works beside them. All throw
// std::invalid_argument for what makes no sense.

// {"object", "id", "fields", "by", "delete"}: changes a record; without an id makes one. Returns
// its id. `at` is its stamp.
std::string apply_edit(Org& org, const nlohmann::ordered_json& edit, Instant at);
// The loser is deleted and points to the winner; its children move.
void merge_records(Org& org, const std::string& winner, const std::string& loser,
                   const std::string& username);
// Every record of an object, or of all (empty), with all its fields but null ones, in the order in
// which they were made.
std::string state_json(const Org& org, const std::string& object);

}  // namespace upselld::sandbox::salesforce
