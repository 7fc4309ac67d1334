// SPDX-License-Identifier: Apache-2.0
#include "sandbox/drivers.h"

#include <array>

namespace upselld::sandbox {
namespace {

template <std::size_t N>
using Chain = std::array<std::array<double, N>, N>;  // from, to; each row sums to one

constexpr Chain<3> kQuota = {{{0.88, 0.10, 0.02}, {0.10, 0.72, 0.18}, {0.08, 0.12, 0.80}}};
constexpr Chain<2> kInterest = {{{0.92, 0.08}, {0.55, 0.45}}};
constexpr Chain<3> kFriction = {{{0.93, 0.055, 0.015}, {0.65, 0.20, 0.15}, {0.50, 0.10, 0.40}}};
constexpr Chain<2> kEngagement = {{{0.85, 0.15}, {0.25, 0.75}}};

// The state index is ((quota * 2 + interest) * 3 + friction) * 2 + engagement.
constexpr std::size_t kQuotaStride = 12;
constexpr std::size_t kInterestStride = 6;
constexpr std::size_t kFrictionStride = 2;
constexpr std::size_t kEngagementStride = 1;

// The long run by going there: 200 months are far beyond any memory of these chains.
template <std::size_t N>
std::array<double, N> settled(const Chain<N>& chain) {
  std::array<double, N> now{};
  now[0] = 1;
  for (int step = 0; step < 200; ++step) {
    std::array<double, N> next{};
    for (std::size_t from = 0; from < N; ++from)
      for (std::size_t to = 0; to < N; ++to) next[to] += now[from] * chain[from][to];
    now = next;
  }
  return now;
}

template <std::size_t N>
void move_one_chain(DriverWeights& weights, const Chain<N>& chain, std::size_t stride) {
  for (std::size_t index = 0; index < kDriverStates; ++index) {
    if ((index / stride) % N != 0) continue;  // once for each setting of the other chains
    std::array<double, N> next{};
    for (std::size_t from = 0; from < N; ++from)
      for (std::size_t to = 0; to < N; ++to)
        next[to] += weights[index + from * stride] * chain[from][to];
    for (std::size_t to = 0; to < N; ++to) weights[index + to * stride] = next[to];
  }
}

template <typename State, std::size_t N>
State step(State now, const Chain<N>& chain, Random& random) {
  return static_cast<State>(random.pick(chain[static_cast<std::size_t>(now)]));
}

}  // namespace

std::size_t index_of(Drivers drivers) {
  return static_cast<std::size_t>(drivers.quota) * kQuotaStride +
         static_cast<std::size_t>(drivers.interest) * kInterestStride +
         static_cast<std::size_t>(drivers.friction) * kFrictionStride +
         static_cast<std::size_t>(drivers.engagement) * kEngagementStride;
}

Drivers drivers_at(std::size_t index) {
  return {.quota = static_cast<Quota>(index / kQuotaStride % 3),
          .interest = static_cast<Interest>(index / kInterestStride % 2),
          .friction = static_cast<Friction>(index / kFrictionStride % 3),
          .engagement = static_cast<Engagement>(index / kEngagementStride % 2)};
}

DriverWeights settled_weights() {
  DriverWeights weights{};
  weights[0] = 1;
  for (int step = 0; step < 200; ++step) weights = next_weights(weights);
  return weights;
}

Drivers draw_drivers(Random& random) {
  static const auto quota = settled(kQuota);
  static const auto interest = settled(kInterest);
  static const auto friction = settled(kFriction);
  static const auto engagement = settled(kEngagement);
  Drivers drawn;
  drawn.quota = static_cast<Quota>(random.pick(quota));
  drawn.interest = static_cast<Interest>(random.pick(interest));
  drawn.friction = static_cast<Friction>(random.pick(friction));
  drawn.engagement = static_cast<Engagement>(random.pick(engagement));
  return drawn;
}

Drivers next_drivers(Drivers now, Random& random) {
  Drivers next;
  next.quota = step(now.quota, kQuota, random);
  next.interest = step(now.interest, kInterest, random);
  next.friction = step(now.friction, kFriction, random);
  next.engagement = step(now.engagement, kEngagement, random);
  return next;
}

DriverWeights next_weights(const DriverWeights& now) {
  DriverWeights next = now;
  move_one_chain(next, kQuota, kQuotaStride);
  move_one_chain(next, kInterest, kInterestStride);
  move_one_chain(next, kFriction, kFrictionStride);
  move_one_chain(next, kEngagement, kEngagementStride);
  return next;
}

}  // namespace upselld::sandbox
