// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sandbox/calendar.h"
#include "sandbox/task_policy.h"
#include "sandbox/world.h"

namespace upselld::sandbox {

// On the first day of a month; withheld: but for the hold-out there were one.
enum class MonthTask : std::uint8_t { none, made, withheld };

// One month of one account, as the process made it.
struct Month {
  Drivers during = {};  // shape its events; at its end, after an up-sell
  Quota quota_before_upsell = Quota::roomy;
  int upsell_day = -1;  // of the month, from 0; -1: none
  MonthView view = {};  // as known on its first day
  MonthTask task = MonthTask::none;
  int months_since_task_before = 1000;  // what view would say without the task
};

struct History {
  int account = 0;  // from 1
  Traits traits;
  int first_month = 0;        // of the calendar: before it the account did not exist
  std::vector<Month> months;  // from first_month to the calendar's end
  // The state on the first day after the calendar: what a prediction of today rests on.
  MonthView today;
  Drivers newest;
};

// Draws the account's traits and lets the months pass. The same account of the same seed has the
// same history, however many accounts there are; up to a task, whoever gets one.
History simulate(const World& world, const Calendar& calendar, std::uint64_t seed, int account,
                 const TaskPolicy& policy = {});

// True probabilities for the first of each month from the account's first full month to the first
// day after the calendar. Tasks of that day count, later ones are not foreseen.
struct TruePoint {
  Day date;
  double probability = 0;
};
std::vector<TruePoint> true_probabilities(const World& world, const Calendar& calendar,
                                          const History& history, int horizon_days);

// What each task changes, made or withheld: the probability of an up-sell in the days from its day,
// with it and without, if no other task follows.
struct TrueTask {
  Day date;
  bool is_withheld = false;
  double with_task = 0, without = 0;
};
std::vector<TrueTask> true_tasks(const World& world, const Calendar& calendar,
                                 const History& history, int horizon_days);

// Did an up-sell happen in [first of month `month`, + horizon)? False when the window reaches
// beyond the calendar and none happened inside it.
bool upsold_within(const Calendar& calendar, const History& history, int month, int horizon_days);

}  // namespace upselld::sandbox
