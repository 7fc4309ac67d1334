// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sandbox/world.h"

namespace upselld::sandbox {
namespace {

// What a driver does depends on the others. The numbers stand in docs/generator.md too; change both
// together.
constexpr double kBase = -4.8;
constexpr double kLevel = 0.7;
constexpr double kFullAndWarm = 2.4;      // a full quota moves those who use the product
constexpr double kFullAndCold = 0.3;      // and hardly the others
constexpr double kLookingNotRoomy = 1.9;  // looking at prices, with a reason to
constexpr double kLookingRoomy = -0.2;    // looking around
constexpr double kEscalatedNeed = -2.5;   // trouble stops those who would have bought
constexpr double kEscalatedElse = -0.2;
constexpr double kSmallAndWarm = 0.8;  // a first plan, in use
constexpr double kAfterUpsell = -1.5;  // in the three months after an up-sell

class InteractionsWorld : public World {
 public:
  double log_odds(const Traits& traits, const MonthView& view,
                  const Drivers& before) const override {
    const bool warm = before.engagement == Engagement::warm;
    const bool looking = before.interest == Interest::looking;
    const bool full = before.quota == Quota::full;
    const bool roomy = before.quota == Quota::roomy;
    double sum = kBase + kLevel * traits.level;
    if (full) sum += warm ? kFullAndWarm : kFullAndCold;
    if (looking) sum += roomy ? kLookingRoomy : kLookingNotRoomy;
    if (before.friction == Friction::escalated) {
      sum += full || looking ? kEscalatedNeed : kEscalatedElse;
    }
    if (view.plan == Plan::basic && warm) sum += kSmallAndWarm;
    if (view.months_since_upsell <= 3) sum += kAfterUpsell;
    return sum;
  }
};

}  // namespace

std::unique_ptr<World> make_interactions_world(int /*months*/) {
  return std::make_unique<InteractionsWorld>();
}

}  // namespace upselld::sandbox
