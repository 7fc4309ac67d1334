// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "sandbox/drivers.h"

namespace upselld::sandbox {

enum class Plan : std::uint8_t { basic, pro, enterprise };

// What an account is, for good. Level and growth are hidden: they show only in what it does.
struct Traits {
  double level = 0;   // standard normal
  double growth = 0;  // standard normal
  std::size_t industry = 0;
  std::size_t region = 0;
  Day created;
  bool customer = true;  // a prospect never orders and is never up-sold
};

// What is known about an account on the first day of a month, beside its drivers.
struct MonthView {
  int month = 0;  // of the calendar
  unsigned month_of_year = 1;
  int months_since_upsell = 1000;  // 1: last month
  int tenure_months = 0;
  int months_since_task = 1000;  // 0: on the first day of this month
  Plan plan = Plan::basic;
};

// How traits and drivers become the chance of an up-sell. One file per world.
class World {
 public:
  virtual ~World() = default;
  // Log-odds of an up-sell within 30 days, if all stayed as it is. `before` are the drivers of the
  // month before `view.month`.
  virtual double log_odds(const Traits& traits, const MonthView& view,
                          const Drivers& before) const = 0;
  // Whether a task changes anything, and whom the world's own policy gives one on the first of
  // `view.month`; it knows since when it wanted the last one, made or not.
  virtual bool has_tasks() const { return false; }
  virtual bool wants_task(const MonthView& /*view*/, const Drivers& /*before*/,
                          int /*months_since_wanted*/) const {
    return false;
  }
};

// Unknown names are an error that lists the known ones.
// `months` is the length of the calendar.
Result<std::unique_ptr<World>> make_world(const std::string& name, int months);
std::vector<std::string> world_names();

std::unique_ptr<World> make_additive_world(int months);
std::unique_ptr<World> make_interactions_world(int months);
std::unique_ptr<World> make_level_jump_up_world(int months);
std::unique_ptr<World> make_level_jump_down_world(int months);
std::unique_ptr<World> make_none_world(int months);
std::unique_ptr<World> make_tasks_cause_orders_world(int months);

}  // namespace upselld::sandbox
