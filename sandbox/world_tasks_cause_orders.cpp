// SPDX-License-Identifier: Apache-2.0
#include "sandbox/world.h"

namespace upselld::sandbox {
namespace {

// The additive world, and what a task adds to it. The numbers stand in docs/generator.md too;
// change both together.
constexpr double kTask = 0.8;
constexpr int kTaskMonths = 3;  // in which it works, that of the task included
constexpr int kPolicyFrom = 6;  // months of history before the policy begins
constexpr int kTenureLeast = 3;
constexpr int kMonthsBetween = 6;

class TasksCauseOrdersWorld : public World {
 public:
  explicit TasksCauseOrdersWorld(int months) : additive_(make_additive_world(months)) {}

  double log_odds(const Traits& traits, const MonthView& view,
                  const Drivers& before) const override {
    const double sum = additive_->log_odds(traits, view, before);
    return view.months_since_task < kTaskMonths ? sum + kTask : sum;
  }

  bool has_tasks() const override { return true; }

  // It asks for those who would buy anyway: who has a task and who has none differ by more than it.
  bool wants_task(const MonthView& view, const Drivers& before,
                  int months_since_wanted) const override {
    const bool is_ripe = before.quota != Quota::roomy || before.interest == Interest::looking;
    return is_ripe && view.month >= kPolicyFrom && view.tenure_months >= kTenureLeast &&
           months_since_wanted >= kMonthsBetween;
  }

 private:
  std::unique_ptr<World> additive_;
};

}  // namespace

std::unique_ptr<World> make_tasks_cause_orders_world(int months) {
  return std::make_unique<TasksCauseOrdersWorld>(months);
}

}  // namespace upselld::sandbox
