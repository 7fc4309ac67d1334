// SPDX-License-Identifier: Apache-2.0
#include "sandbox/random.h"

#include <bit>
#include <cmath>

namespace upselld::sandbox {
namespace {

// SplitMix64, as its authors recommend for filling the state of xoshiro.
std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, Purpose purpose, std::uint64_t item) : state_{} {
  std::uint64_t mixed = seed;
  mixed = split_mix(mixed) ^ static_cast<std::uint64_t>(purpose);
  mixed = split_mix(mixed) ^ item;
  for (auto& word : state_) word = split_mix(mixed);
}

// xoshiro256**.
std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double Random::normal() {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += uniform();
  return sum;
}

int Random::between(int least, int most) {
  return least + static_cast<int>(uniform() * (static_cast<double>(most) - least + 1));
}

int Random::poisson(double mean) {
  const double floor = std::exp(-mean);
  int count = 0;
  for (double product = uniform(); product > floor; product *= uniform()) ++count;
  return count;
}

std::size_t Random::pick(std::span<const double> weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  double left = uniform() * sum;
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.size() - 1;
}

}  // namespace upselld::sandbox
