// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sandbox/random.h"

namespace upselld::sandbox {

// What moves an account towards an up-sell or away from it, from month to month. The state of a
// month shapes the events of that month, and the chance of an up-sell in the month after: so all
// that decides a month has left its traces before that month begins.
enum class Quota : std::uint8_t { roomy, near_limit, full };
enum class Interest : std::uint8_t { quiet, looking };
enum class Friction : std::uint8_t { calm, case_open, escalated };
enum class Engagement : std::uint8_t { cold, warm };

struct Drivers {
  Quota quota = Quota::roomy;
  Interest interest = Interest::quiet;
  Friction friction = Friction::calm;
  Engagement engagement = Engagement::cold;
  bool operator==(const Drivers&) const = default;
};

// There are so few states that the future can be summed up instead of simulated.
inline constexpr std::size_t kDriverStates = 36;
std::size_t index_of(Drivers drivers);
Drivers drivers_at(std::size_t index);

// A state drawn from where the chains settle in the long run.
Drivers draw_drivers(Random& random);
// The state of the month after. The four chains move independently of each other.
Drivers next_drivers(Drivers now, Random& random);

// A weight for each state: a probability times whatever the caller multiplied in.
using DriverWeights = std::array<double, kDriverStates>;
// Where the chains settle in the long run.
DriverWeights settled_weights();
// The same weights one month later, exactly.
DriverWeights next_weights(const DriverWeights& now);

}  // namespace upselld::sandbox
