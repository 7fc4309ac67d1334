// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "sandbox/world.h"

namespace upselld::sandbox {
namespace {

// Log-odds are a plain sum. The numbers stand in docs/generator.md too; change both together.
constexpr double kBase = -5.3;
constexpr double kLevel = 0.7;
constexpr double kGrowthPerYear = 0.25;
constexpr double kSeason = 0.3;  // highest in November
constexpr double kQuota[] = {0.0, 0.8, 1.7};
constexpr double kInterest[] = {0.0, 1.3};
constexpr double kFriction[] = {0.0, -0.3, -1.5};
constexpr double kEngagement[] = {0.0, 0.5};
constexpr double kPlan[] = {0.3, 0.0, -0.8};
constexpr double kIndustry[] = {0.3, 0.1, 0.0, -0.1, -0.4};
constexpr double kAfterUpsell = -1.5;      // in the three months after an up-sell
constexpr double kSoonAfterUpsell = -0.6;  // in the three months after those
constexpr double kNewCustomer = -0.8;      // in the first three months

template <std::size_t N, typename State>
double term(const double (&values)[N], State state) {
  return values[static_cast<std::size_t>(state)];
}

double after_upsell(int months) {
  if (months <= 3) return kAfterUpsell;
  return months <= 6 ? kSoonAfterUpsell : 0.0;
}

class AdditiveWorld : public World {
 public:
  AdditiveWorld() {
    for (std::size_t i = 0; i < season_.size(); ++i) {
      season_[i] = kSeason * std::cos(2 * std::numbers::pi * (static_cast<double>(i) - 10) / 12);
    }
  }

  double log_odds(const Traits& traits, const MonthView& view,
                  const Drivers& before) const override {
    const double years = std::clamp(view.month / 12.0, 0.0, 3.0);
    return kBase + kLevel * traits.level + kGrowthPerYear * traits.growth * years +
           season_[view.month_of_year - 1] + term(kQuota, before.quota) +
           term(kInterest, before.interest) + term(kFriction, before.friction) +
           term(kEngagement, before.engagement) + term(kPlan, view.plan) +
           term(kIndustry, traits.industry) + after_upsell(view.months_since_upsell) +
           (view.tenure_months < 3 ? kNewCustomer : 0.0);
  }

 private:
  std::array<double, 12> season_{};  // January first
};

}  // namespace

std::unique_ptr<World> make_additive_world(int /*months*/) {
  return std::make_unique<AdditiveWorld>();
}

}  // namespace upselld::sandbox
