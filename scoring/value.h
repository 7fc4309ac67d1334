// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scoring/report.h"

namespace upselld::scoring {

// What up-sells bring and what contacts are worth: gain by size class, and on the test date the
// gain that came from the accounts ranked first by likelihood x gain, as the procedure as of that
// date ranked them. Money only where it is known or stated what share of up-sells happens because
// of a contact. Null where amounts are not known.
nlohmann::ordered_json value_json(const Findings& findings);
// The same for people.
std::string value_text(const Findings& findings);

}  // namespace upselld::scoring
