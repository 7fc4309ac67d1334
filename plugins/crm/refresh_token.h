// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.h"
#include "core/settings.h"

// Refresh tokens that a login may replace.
namespace upselld::plugins {

// The file that the option names as {file:}, absolute; empty: it comes from elsewhere.
std::string secret_file(const Settings& settings, const char* option);

// Durable before the session is used, for the old token is dead. `file` empty: invalid_config,
// with `advice` of what to do instead.
Result<void> keep_refresh_token(const std::string& file, const std::string& token,
                                const std::string& advice);

}  // namespace upselld::plugins
