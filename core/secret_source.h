// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/secret.h"
#include "core/settings.h"

namespace upselld {

// Reads the secret that {file:}, {credential:} or {env:} names; a relative path is relative to the
// file the node stands in. One line end at the end is not part of it. Missing, empty, too large or
// readable by others: invalid_config, without a place and never with a byte of the secret.
Result<Secret> read_secret(const Node& source);

}  // namespace upselld
