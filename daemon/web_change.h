// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/app.h"
#include "daemon/codec.h"
#include "store/account_ref.h"

namespace upselld::daemon {

// Why an account's likelihood is another one than at the decision before: what the model and what
// each group of data did, in points that add up, and what the rules made of it. null: there are no
// two decisions to compare.
Result<Json> change_json(App& app, const store::AccountRef& account);

}  // namespace upselld::daemon
