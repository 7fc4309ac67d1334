// SPDX-License-Identifier: Apache-2.0
#include "sandbox/observer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sandbox/rates.h"
#include "sandbox/truth.h"

namespace upselld::sandbox {
namespace {

constexpr double kLevelStep = 0.5;
constexpr int kLevelSteps = 12;  // on each side of 0: nobody is beyond 6
// Gauss-Hermite: three values that have the moments of a standard normal up to the fifth.
struct GrowthNode {
  double growth, weight;
};
constexpr GrowthNode kGrowthNodes[] = {
    {-1.7320508075688772, 1.0 / 6}, {0, 2.0 / 3}, {1.7320508075688772, 1.0 / 6}};

// But for a factor that does not depend on the mean.
double log_poisson(int count, double mean) {
  return count * std::log(mean) - mean;
}
double log_chance(bool happened, double chance) {
  return std::log(happened ? chance : 1 - chance);
}

// What is thought of one pair of level and growth, and of the drivers under it.
struct Guess {
  Traits traits;
  DriverWeights weights{};  // sum to how likely this pair is
};

// Seats are whole: the share of the numbers from 0.5 to 1.5 that give these.
double seats_chance(std::int64_t seats, double level) {
  const double mean = mean_seats(level);
  const auto above = static_cast<double>(seats - kSeatsLeast);
  const double low = std::max(above, 0.5 * mean), high = std::min(above + 1, 1.5 * mean);
  return std::max(0.0, high - low) / mean;
}

double log_of_signs(const MonthTraces& month, const Drivers& drivers, const Traits& traits,
                    int number) {
  const double busy = usage_factor(traits.level);
  const auto by_engagement = [&](int count, const double(&rates)[2], double factor = 1) {
    return log_poisson(count, factor * rate(rates, drivers.engagement));
  };
  return by_engagement(month.logins, kLogins, busy) +
         by_engagement(month.feature_uses, kFeatureUses, busy) +
         by_engagement(month.email_opens, kEmailOpens) +
         by_engagement(month.email_clicks, kEmailClicks) +
         by_engagement(month.email_replies, kEmailReplies) + by_engagement(month.calls, kCalls) +
         by_engagement(month.meetings, kMeetings) + by_engagement(month.site_visits, kSiteVisits) +
         log_poisson(month.product_views, rate(kProductViews, drivers.interest)) +
         log_poisson(month.pricing_visits, rate(kPricingVisits, drivers.interest)) +
         log_chance(month.is_offered, rate(kOffers, drivers.interest)) +
         log_chance(month.is_upsell_lost, rate(kLostUpsells, drivers.interest)) +
         log_poisson(month.orders, orders_a_month(traits, number));
}

class Observer {
 public:
  Observer(const World& world, const Calendar& calendar, const History& history,
           std::int64_t first_seats)
      : world_(world), calendar_(calendar) {
    static const DriverWeights settled = settled_weights();
    for (int step = -kLevelSteps; step <= kLevelSteps; ++step) {
      for (const GrowthNode& node : kGrowthNodes) {
        Guess guess{history.traits, settled};
        guess.traits.level = kLevelStep * step;
        guess.traits.growth = node.growth;
        const double likely = std::exp(-guess.traits.level * guess.traits.level / 2) * node.weight *
                              seats_chance(first_seats, guess.traits.level);
        for (double& weight : guess.weights) weight *= likely;
        guesses_.push_back(guess);
      }
    }
    normalise();
  }

  // One month later, with all that it showed.
  void see(const Month& month, const MonthTraces& traces, bool may_upsell) {
    for (Guess& guess : guesses_) {
      if (may_upsell) see_upsell(month, guess);
      guess.weights = next_weights(guess.weights);
      if (traces.is_seen) see_signs(month, traces, guess);
    }
    normalise();
  }

  double forecast(const MonthView& view, int horizon_days) const {
    double none = 0;
    for (const Guess& guess : guesses_) {
      if (std::all_of(guess.weights.begin(), guess.weights.end(),
                      [](double weight) { return weight < kNothing; })) {
        none += std::accumulate(guess.weights.begin(), guess.weights.end(), 0.0);
        continue;
      }
      none += weight_without(world_, calendar_, guess.traits, view, guess.weights, horizon_days);
    }
    return 1 - none;
  }

 private:
  static constexpr double kNothing = 1e-9;

  // That it happened on this day, or that it did not happen.
  void see_upsell(const Month& month, Guess& guess) const {
    for (std::size_t state = 0; state < kDriverStates; ++state) {
      double& weight = guess.weights[state];
      if (weight == 0) continue;
      const double log_odds = world_.log_odds(guess.traits, month.view, drivers_at(state));
      if (month.upsell_day < 0) {
        weight *= no_upsell_within(log_odds, calendar_.days_in(month.view.month));
      } else {
        weight *=
            no_upsell_within(log_odds, month.upsell_day) * (1 - no_upsell_within(log_odds, 1));
      }
    }
  }
  // Quota and cases are seen as they are; engagement and interest by what they make likely.
  static void see_signs(const Month& month, const MonthTraces& traces, Guess& guess) {
    DriverWeights seen{};
    for (std::size_t state = 0; state < kDriverStates; ++state) {
      Drivers drivers = drivers_at(state);
      const bool fits =
          drivers.quota == month.quota_before_upsell && drivers.friction == month.during.friction;
      if (!fits || guess.weights[state] == 0) continue;
      const double likely = std::exp(log_of_signs(traces, drivers, guess.traits, month.view.month));
      drivers.quota = month.during.quota;
      seen[index_of(drivers)] += guess.weights[state] * likely;
    }
    guess.weights = seen;
  }
  void normalise() {
    double sum = 0;
    for (const Guess& guess : guesses_) {
      for (const double weight : guess.weights) sum += weight;
    }
    for (Guess& guess : guesses_) {
      for (double& weight : guess.weights) weight /= sum;
    }
  }

  const World& world_;
  const Calendar& calendar_;
  std::vector<Guess> guesses_;
};

}  // namespace

std::vector<TruePoint> best_forecasts(const World& world, const Calendar& calendar,
                                      const History& history, const OrderTraces& traces,
                                      int horizon_days) {
  std::vector<TruePoint> points;
  if (!history.traits.customer) return points;
  Observer observer(world, calendar, history, traces.first_seats);
  for (std::size_t i = 0; i < history.months.size(); ++i) {
    const Month& month = history.months[i];
    const bool may_upsell = calendar.first_of(month.view.month) > history.traits.created;
    observer.see(month, traces.months[i], may_upsell);
    const bool is_last = i + 1 == history.months.size();
    const MonthView& next = is_last ? history.today : history.months[i + 1].view;
    points.push_back({calendar.first_of(next.month), observer.forecast(next, horizon_days)});
  }
  return points;
}

}  // namespace upselld::sandbox
