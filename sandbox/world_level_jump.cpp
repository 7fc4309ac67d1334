// SPDX-License-Identifier: Apache-2.0
#include "sandbox/world.h"

namespace upselld::sandbox {
namespace {

// The additive world until two months before the end; then all log-odds move at once, for good.
// The number stands in docs/generator.md too; change both together.
constexpr double kJump = 0.4;
constexpr int kMonthsAfterJump = 2;

class LevelJumpWorld : public World {
 public:
  LevelJumpWorld(int months, double jump)
      : before_(make_additive_world(months)),
        first_month_(months - kMonthsAfterJump),
        jump_(jump) {}

  double log_odds(const Traits& traits, const MonthView& view,
                  const Drivers& before) const override {
    const double sum = before_->log_odds(traits, view, before);
    return view.month >= first_month_ ? sum + jump_ : sum;
  }

 private:
  std::unique_ptr<World> before_;
  int first_month_;
  double jump_;
};

}  // namespace

std::unique_ptr<World> make_level_jump_up_world(int months) {
  return std::make_unique<LevelJumpWorld>(months, kJump);
}
std::unique_ptr<World> make_level_jump_down_world(int months) {
  return std::make_unique<LevelJumpWorld>(months, -kJump);
}

}  // namespace upselld::sandbox
