// SPDX-License-Identifier: Apache-2.0
#include "sandbox/task_policy.h"

#include <charconv>
#include <stdexcept>

#include "core/time_zone.h"
#include "sandbox/csv_rows.h"

namespace upselld::sandbox {
namespace {

// "A000042"
int account_number(const std::string& id) {
  int number = 0;
  const char* end = id.data() + id.size();
  const bool has_letter = !id.empty() && id.front() == 'A';
  if (!has_letter || std::from_chars(id.data() + 1, end, number).ptr != end || number < 1) {
    throw std::invalid_argument("no account of a history: " + id);
  }
  return number;
}

}  // namespace

Result<TaskPolicy> read_tasks(const std::string& path, const Calendar& calendar) {
  TaskPolicy policy;
  policy.given.emplace();
  const auto read = for_each_row(path, [&](const CsvCells& cells) {
    const auto day = parse_day(cells["date"]);
    if (!day) throw std::invalid_argument("no date: " + cells["date"]);
    const int account = account_number(cells["account"]);
    for (int month = 0; month < calendar.months(); ++month) {
      if (calendar.first_of(month) < *day) continue;
      (*policy.given)[account].insert(month);
      return;
    }
  });
  if (!read) return read.error();
  return policy;
}

}  // namespace upselld::sandbox
