// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/settings.h"

namespace upselld {

// What is wrong with a scalar for this setting, or nullopt. Kinds that are no scalars: nullopt.
std::optional<std::string> scalar_problem(const Setting& setting, const std::string& text);

// What the setting takes, for messages: "a share such as 10%".
std::string kind_words(const Setting& setting);

// An admin's text as shown in a message: cut when long.
std::string shown(std::string_view text);

}  // namespace upselld
