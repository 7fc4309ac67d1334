// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/memory.h"
#include "core/records.h"
#include "core/score.h"
#include "playbook/candidate.h"
#include "playbook/choose.h"

namespace upselld::daemon {

// What the audit and plan files keep, as JSON: every number reads back to the same bits, missing
// numbers are null. Reading assumes our own, already verified bytes; what is absent is missing.
using Json = nlohmann::ordered_json;

Json json_of(const AccountFacts& facts);
AccountFacts facts_of(const Json& json);
Json json_of(const AccountMemory& memory);
AccountMemory memory_of(const Json& json);
Json json_of(const ContactFacts& contact);
ContactFacts contact_of(const Json& json);
Json json_of(const RepFacts& rep);
RepFacts rep_of(const Json& json);
Json json_of(const std::vector<Reason>& reasons);
Json json_of(const Score& score);
Score score_of(const Json& json);
Json json_of(const FieldValues& values);  // only the fields that have a value
FieldValues values_of(const Json& json);
Json json_of(const TaskDraft& task);
TaskDraft task_of(const Json& json);
Json json_of(const playbook::TaskWish& wish);
playbook::TaskWish wish_of(const Json& json);
Json json_of(const playbook::Today& today);  // without the salt, which is the instance's
Result<playbook::Today> today_of(const Json& json);

// A feature row as its bits: eight hexadecimal digits a value.
std::string row_text(std::span<const float> row);
std::vector<float> row_of(const std::string& text);

Json number_or_null(double number);
double number_of(const Json& json);  // NaN for null

}  // namespace upselld::daemon
