// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/app.h"
#include "store/record_reader.h"

namespace upselld::daemon {

// The one account that a person means: an id, connection:id, a CRM link that ends in an id, or a
// name; an id goes before names. None: not_found. Several: invalid_config with the list.
Result<store::AccountHit> one_account(App& app, const std::string& text);

}  // namespace upselld::daemon
