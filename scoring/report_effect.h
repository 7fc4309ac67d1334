// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scoring/report.h"

namespace upselld::scoring {

// The share of up-sells that happen because of a contact, and where that is from: measured, or
// stated in the settings. Null: neither.
nlohmann::ordered_json effect_json(const Findings& findings);
// Contacted, held-out and untouched accounts beside each other. Null before the first trial.
nlohmann::ordered_json hold_out_json(const Findings& findings);
// The same for people; empty before the first trial.
std::string effect_text(const Findings& findings);
// What a reader has to keep in mind about it, as a line of a list.
std::string effect_limit(const Effect& effect);

}  // namespace upselld::scoring
