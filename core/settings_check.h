// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/settings.h"

namespace upselld {

// One thing that is wrong in a settings file.
struct Finding {
  Place place;
  std::string message;
};

// What check() of core/settings.h finds, with places: for who has findings of its own to sort among
// them.
std::vector<Finding> find_problems(const Node& map, const SettingTable& table);

// Sorted by line; findings of one line keep their order.
std::vector<Error> errors_in_file_order(std::vector<Finding> findings);

}  // namespace upselld
