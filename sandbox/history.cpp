// SPDX-License-Identifier: Apache-2.0
#include "sandbox/history.h"

#include <algorithm>
#include <array>

#include "sandbox/truth.h"

namespace upselld::sandbox {
namespace {

constexpr int kTenureMonthsMax = 48;  // at the calendar's start
constexpr double kShareNew = 0.3;     // of accounts, that come during the calendar
constexpr double kShareProspects = 0.03;
constexpr double kPlanShare[] = {0.45, 0.40, 0.15};
constexpr double kIndustryShare[] = {0.25, 0.2, 0.25, 0.2, 0.1};
constexpr double kRegionShare[] = {0.4, 0.35, 0.25};

// The month counted from the calendar's first, in which the account comes: negative for before.
int draw_first_month(const Calendar& calendar, Random& random) {
  if (random.chance(kShareNew)) return random.between(0, calendar.months() - 1);
  return -random.between(1, kTenureMonthsMax);
}

Plan plan_after_upsell(Plan plan) {
  return plan == Plan::basic ? Plan::pro : Plan::enterprise;
}

// The day of the month on which it happens, or -1: each day has the same chance.
int draw_upsell_day(double log_odds, int days, Random& random) {
  const double none_in_a_day = no_upsell_within(log_odds, 1);
  const double drawn = random.uniform();
  double none_so_far = 1;
  for (int day = 0; day < days; ++day) {
    none_so_far *= none_in_a_day;
    if (drawn >= none_so_far) return day;
  }
  return -1;
}

// Says month by month what the policy does with one account.
class TaskDraw {
 public:
  TaskDraw(const World& world, const TaskPolicy& policy, std::uint64_t seed, int account)
      : world_(world), policy_(policy), account_(account) {
    Random random(seed, Random::Purpose::tasks, static_cast<std::uint64_t>(account));
    is_held_out_ = random.chance(policy.holdout);
  }

  MonthTask in(const MonthView& view, const Drivers& before) {
    ++months_since_wanted_;
    if (!world_.has_tasks()) return MonthTask::none;
    if (policy_.given) {
      const auto months = policy_.given->find(account_);
      const bool is_given = months != policy_.given->end() && months->second.contains(view.month);
      return is_given ? MonthTask::made : MonthTask::none;
    }
    if (!world_.wants_task(view, before, months_since_wanted_)) return MonthTask::none;
    months_since_wanted_ = 0;
    return is_held_out_ ? MonthTask::withheld : MonthTask::made;
  }

 private:
  const World& world_;
  const TaskPolicy& policy_;
  int account_;
  bool is_held_out_ = false;
  int months_since_wanted_ = 1000;
};

}  // namespace

History simulate(const World& world, const Calendar& calendar, std::uint64_t seed, int account,
                 const TaskPolicy& policy) {
  History history;
  history.account = account;
  const auto item = static_cast<std::uint64_t>(account);
  Random random(seed, Random::Purpose::traits, item);
  Traits& traits = history.traits;
  traits.level = random.normal();
  traits.growth = random.normal();
  traits.industry = random.pick(kIndustryShare);
  traits.region = random.pick(kRegionShare);
  traits.customer = !random.chance(kShareProspects);
  const auto plan = static_cast<Plan>(random.pick(kPlanShare));
  const int came = draw_first_month(calendar, random);
  traits.created = calendar.first_of(came) + random.between(0, calendar.days_in(came) - 1);

  Random process(seed, Random::Purpose::process, item);
  history.first_month = std::max(came, 0);
  MonthView view{.month = history.first_month,
                 .month_of_year = calendar.month_of_year(history.first_month),
                 .tenure_months = history.first_month - came,
                 .plan = plan};
  Drivers before = draw_drivers(process);
  TaskDraw tasks(world, policy, seed, account);
  for (; view.month < calendar.months(); view = next_view(view, calendar)) {
    Month month{.months_since_task_before = view.months_since_task};
    const bool may_have_task = traits.customer && view.month > history.first_month;
    if (may_have_task) month.task = tasks.in(view, before);
    if (month.task == MonthTask::made) view.months_since_task = 0;
    month.view = view;
    if (traits.customer && view.month > came) {
      month.upsell_day = draw_upsell_day(world.log_odds(traits, view, before),
                                         calendar.days_in(view.month), process);
    }
    month.during = next_drivers(before, process);
    month.quota_before_upsell = month.during.quota;
    if (month.upsell_day >= 0) {
      month.during.quota = Quota::roomy;  // they bought room
      view.plan = plan_after_upsell(view.plan);
      view.months_since_upsell = 0;
    }
    before = month.during;
    history.months.push_back(month);
  }
  history.today = view;
  history.newest = before;
  return history;
}

std::vector<TruePoint> true_probabilities(const World& world, const Calendar& calendar,
                                          const History& history, int horizon_days) {
  std::vector<TruePoint> points;
  if (!history.traits.customer) return points;
  for (std::size_t i = 1; i <= history.months.size(); ++i) {
    const MonthView& view = i < history.months.size() ? history.months[i].view : history.today;
    points.push_back({calendar.first_of(view.month),
                      window_probability(world, calendar, history.traits, view,
                                         history.months[i - 1].during, horizon_days)});
  }
  return points;
}

std::vector<TrueTask> true_tasks(const World& world, const Calendar& calendar,
                                 const History& history, int horizon_days) {
  std::vector<TrueTask> tasks;
  for (std::size_t i = 1; i < history.months.size(); ++i) {
    const Month& month = history.months[i];
    if (month.task == MonthTask::none) continue;
    const auto chance = [&](int months_since_task) {
      MonthView view = month.view;
      view.months_since_task = months_since_task;
      return window_probability(world, calendar, history.traits, view, history.months[i - 1].during,
                                horizon_days);
    };
    tasks.push_back({calendar.first_of(month.view.month), month.task == MonthTask::withheld,
                     chance(0), chance(month.months_since_task_before)});
  }
  return tasks;
}

bool upsold_within(const Calendar& calendar, const History& history, int month, int horizon_days) {
  const Day from = calendar.first_of(month);
  for (const Month& past : history.months) {
    if (past.upsell_day < 0 || past.view.month < month) continue;
    if (calendar.first_of(past.view.month) + past.upsell_day < from + horizon_days) return true;
  }
  return false;
}

}  // namespace upselld::sandbox
