// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/result.h"
#include "sandbox/calendar.h"

namespace upselld::sandbox {

// Who gets a task when, in a world whose tasks cause orders.
struct TaskPolicy {
  double holdout = 0;  // share of accounts, drawn once, that the world's own policy leaves alone
  // Months with a task by account, instead of the world's own policy.
  std::optional<std::map<int, std::set<int>>> given = {};
};

// From a CSV file of columns account and date, such as tasks that were made of an earlier state of
// the same history. A task works from the first of a month that begins on or after its day; those
// beyond the calendar are left out.
Result<TaskPolicy> read_tasks(const std::string& path, const Calendar& calendar);

}  // namespace upselld::sandbox
