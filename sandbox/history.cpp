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

}  // namespace

History simulate(const World& world, const Calendar& calendar, std::uint64_t seed, int account) {
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
  for (; view.month < calendar.months(); view = next_view(view, calendar)) {
    Month month{.view = view};
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

bool upsold_within(const Calendar& calendar, const History& history, int month, int horizon_days) {
  const Day from = calendar.first_of(month);
  for (const Month& past : history.months) {
    if (past.upsell_day < 0 || past.view.month < month) continue;
    if (calendar.first_of(past.view.month) + past.upsell_day < from + horizon_days) return true;
  }
  return false;
}

}  // namespace upselld::sandbox
